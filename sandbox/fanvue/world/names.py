"""The people of the sandbox. A few names are awkward on purpose: nothing may be shown as markup or as a mention."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CreatorPlan:
    """How a creator's business is shaped: sales on an average day, subscription price in cents, months of growth."""

    handle: str
    display_name: str
    bio: str
    sales_per_day: float
    price: int
    growth: float


CREATORS = (
    CreatorPlan("lunavale", "Luna Vale", "Yoga at sunrise, tea at midnight. New posts most days.", 7.0, 1499, 1.35),
    CreatorPlan("mikasol", "Mika Sol", "Street dance, studio diaries and far too many sneakers.", 4.5, 999, 0.95),
    CreatorPlan("theodrake", "Theo Drake", "Climbing, cooking, one very lazy dog.", 2.0, 699, 1.6),
)

AGENCY = ("northstar_agency", "Northstar Agency", "We look after creators.")
AGENCY_CREATORS = ("lunavale", "mikasol")
CHATTERS = (("ada_northstar", "Ada (Northstar)"), ("ben_northstar", "Ben (Northstar)"))
ONLOOKER = ("justafan", "Just A Fan", "Here for the dogs.")

FANS = (
    ("sarah-jones", "Sarah Jones"),
    ("mike.smith", "Mike Smith"),
    ("zoe_a", "Zoë Ångström 🌙"),
    ("bold_bob", "**Bold Bob**"),
    ("everyone_else", "@everyone else"),
    ("tagged", "<b>Tagged</b>"),
    ("pavel_k", "Павел Жданов"),
    ("yuki88", "ゆき"),
    ("omar.h", "Omar Haddad"),
    ("lina_berg", "Lina Berg"),
    ("tomasz_w", "Tomasz W."),
    ("grace.o", "Grace Okafor"),
    ("deepak_r", "Deepak R"),
    ("chloe.m", "Chloé Martin"),
    ("jonas_f", "Jonas Fischer"),
    ("priya_s", "Priya S."),
    ("danny_boy", "Danny O'Brien"),
    ("elena.v", "Elena Vasquez"),
    ("kwame_a", "Kwame A."),
    ("sofia_l", "Sofia Lindqvist"),
    ("big_tipper_al", "Al"),
    ("night_owl_77", "Night Owl 77"),
    ("marta.p", "Marta Pereira"),
    ("hugo_b", "Hugo B."),
    ("ines_c", "Inês Costa"),
    ("quiet_sam", "Sam"),
    ("ravi.n", "Ravi Nair"),
    ("amelie_d", "Amélie D."),
    ("luca_g", "Luca Greco"),
    ("noor_x", "Noor"),
    ("stefan_k", "Stefan Kovač"),
    ("hannah.w", "Hannah Weiss"),
    ("carlos_m", "Carlos Mendes"),
    ("freya_n", "Freya Nilsen"),
    ("arjun.p", "Arjun Patel"),
    ("beatriz_a", "Beatriz Alves"),
    ("oliver_t", "Oliver Thompson"),
    ("mei_lin", "Mei Lin"),
    ("tariq_z", "Tariq Z."),
    ("emma.r", "Emma Rossi"),
    ("viktor_s", "Viktor S."),
    ("camila_q", "Camila Quiroga"),
    ("henry_v", "Henry van Dijk"),
    ("aisha_m", "Aisha M."),
    ("leo_p", "Leo Petit"),
    ("nadia_h", "Nadia Haddad"),
    ("georg_l", "Georg Lang"),
    ("isla_mc", "Isla McLeod"),
    ("rafael_d", "Rafael Duarte"),
    ("tove_e", "Tove Eriksen"),
    ("samir_b", "Samir B."),
    ("julia_k", "Julia Krause"),
    ("the_longest_handle_anyone_ever_took", "A Very Long Name That Goes On And On Until Nobody Reads It Any More"),
    ("finn_o", "Finn O."),
    ("alma_r", "Alma Reyes"),
    ("dmitri_v", "Dmitri V."),
    ("kayla_j", "Kayla Jackson"),
    ("matteo_b", "Matteo Bianchi"),
    ("ruth_a", "Ruth Adeyemi"),
    ("erik_s", "Erik Sund"),
    ("valeria_n", "Valeria N."),
    ("ben_h", "Ben Howard"),
    ("mina_t", "Mina Tanaka"),
    ("oscar_f", "Oscar Fernandes"),
)
