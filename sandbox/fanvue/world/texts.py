"""What people write here: friendly and safe for work."""

FAN_LINES = (
    "Hey! How was your day?",
    "That last post made my morning ☀️",
    "When is the next live?",
    "Just renewed, can't wait for what's next!",
    "Is the tutorial from Tuesday still up?",
    "You got me into this and now my friends are hooked too",
    "Any plans for the weekend?",
    "Could you do one about warm-ups?",
    "The lighting in the new set is unreal",
    "Happy birthday!! 🎂",
    "Where did you get that jacket?",
    "Did you see my question from yesterday?",
    "lol the dog stole the show again",
    "Sent a little something for coffee ☕",
    "I showed this to my sister and she subscribed",
    "What camera do you use?",
    "Good luck tomorrow, you'll be great",
    "Is there a discount for three months?",
    "That song! What is it called?",
    "I was having a rough week and this helped. Thank you.",
    (
        "Long one, sorry: I have been following since the very first week, and it is lovely to see how far this went. "
        "Whatever you decide to do next, some of us are here for the long run."
    ),
    "Can I get a shout-out in the next video? 🙏",
    "ok that was *really* good",
    "Is 8 pm still fine for the call?",
)

CREATOR_LINES = (
    "Thank you so much, that means a lot 💛",
    "Good morning! Tea first, then everything else",
    "Next one is Thursday at eight, see you there?",
    "Haha he always does that",
    "Yes! I will put it up tonight",
    "It is the small grey camera from the studio tour",
    "Aww, say hi to her from me!",
    "I read every message, it just takes me a while",
    "Three months is 10 % off this week",
    "Good idea, noted for next month",
    "You were there from the start, I remember ✨",
    "Working on something new, you will like it",
    "The song is in the post's description now",
    "That made me smile, thanks",
)

LOCKED_LINES = (
    "The full routine, all 22 minutes 🎬",
    "Behind the scenes of Saturday's shoot",
    "The recipe card everyone asked about",
    "Extended cut with commentary",
)

POST_LINES = (
    "Sunrise session, no filter needed",
    "Studio diary, day 12: we finally fixed the floor",
    "New routine is up, tell me where you get stuck",
    "A slow Sunday and a very lazy dog",
    "Questions and answers: your twenty best",
    "Three stretches I do before every shoot",
    "Look what arrived in the mail today!",
    "Rehearsal, take nine. Take ten was worse.",
    "From the archive: where it all began",
    "Thank you for a wonderful month 💛",
    "The long version, as promised",
    "Market haul and what I cooked with it",
    "Rain check: outdoor session moves to Friday",
    "My desk, before and after",
)

COMMENT_LINES = (
    "Love this!",
    "First!",
    "The colours 😍",
    "How long did this take?",
    "More of these please",
    "Saved for later",
    "Best one this month",
)

TEMPLATES = (
    ("Welcome! So happy you are here. What brought you?", None, "Welcome"),
    ("Thank you for the tip, you made my day 💛", None, "Thanks"),
    ("Good morning! New post is up, tell me what you think.", None, "Daily"),
    ("I will get back to you tonight, promise.", None, "Daily"),
    ("The full routine, all 22 minutes 🎬", 1299, "Locked"),
    ("Your renewal is coming up, here is what is planned for next month.", None, "Renewals"),
)

MEDIA = (
    ("Sunrise 01", "image", "Beach set"),
    ("Sunrise 02", "image", "Beach set"),
    ("Sunrise full session", "video", "Beach set"),
    ("Studio wide", "image", "Studio"),
    ("Studio floor", "image", "Studio"),
    ("Routine A", "video", "Studio"),
    ("Routine B", "video", "Studio"),
    ("Warm-up talk", "audio", "Studio"),
    ("Recipe card", "document", "Extras"),
    ("Market haul", "image", "Extras"),
    ("Lazy dog", "image", "Behind the scenes"),
    ("Rehearsal take nine", "video", "Behind the scenes"),
    ("Desk before", "image", "Behind the scenes"),
    ("Desk after", "image", "Behind the scenes"),
    ("Archive 2019", "image", None),
    ("Thank-you note", "image", None),
    ("Voice hello", "audio", None),
    ("Trailer", "video", None),
)
