namespace FakeAi.Engine.Generation;

/// <summary>
/// The grammar's sentences. <c>{T}</c> is the topic, <c>{U}</c> another phrase of the prompt or the topic again;
/// <c>{=is/are}</c> agrees with the phrase before it;
/// <c>[a|b]</c> is one of several, and may be nested.
/// </summary>
internal static class Phrasebook
{
    public static readonly string[] Greetings =
    [
        "[Hello|Hi there|Hello there|Hey]! [How can I help you today?|What would you like to talk about?|What can I do for you?]",
        "[Hello|Hi]! [It is good to hear from you.|Nice to meet you.|I am ready when you are.] [What is on your mind?|Where shall we start?]",
        "[Good to see you|Welcome]! [Ask me anything you like.|Tell me what you are working on.|What shall we look at first?]",
    ];

    public static readonly string[] Thanks =
    [
        "You are [very |most |]welcome! [Let me know if anything else comes up.|I am glad that helped.|Come back whenever you like.]",
        "[Any time|My pleasure|Happy to help]! [If a follow-up question turns up, just ask.|Good luck with the rest of it.]",
    ];

    public static readonly string[] Openings =
    [
        "[At its heart|At its core|Put simply], {T} {=is/are} [a way of|about] [bringing order to|making sense of|getting more out of] [a problem|a situation|something] that [looks simple at first|many people meet sooner or later|rewards a second look].",
        "{T} {=is/are} [easier to follow when you look first|best understood by looking first] at [the purpose|the underlying problem|a small example], and only then at the [details|finer points|terminology].",
        "[The short answer is that|In short,] {T} [{=depends/depend} on|{=comes/come} down to|{=rests/rest} on] [a few|three or four|a handful of] [ideas|choices|habits] that [work together|support each other|are worth knowing].",
        "There are [several|many|at least two] good [ways|reasons] to [look at|think about|approach] {T}, [and they lead to|but most share] [similar conclusions|the same starting point|one practical lesson].",
        "[When people ask about|Most questions about] {T} [they usually want to know|come back to] [how things work in practice|where to begin|what matters most], so [let us start there|that is the place to start|here is the outline].",
        "{T} {=has/have} [changed|grown] [a good deal|quite a bit|steadily] [over the years|in recent times|since the early days], but the [central idea|basic principle|main appeal] [is still the same|has stayed the same|is easy to state].",
        "To understand {T}, [it helps to|one can|you can] [separate the goal from the means|ask what would happen without it|keep one concrete case in mind].",
        "[A useful way to picture|One helpful way to see] {T} is [as a chain of small decisions|as a balance between effort and result|as a conversation between its parts].",
    ];

    public static readonly string[] Bodies =
    [
        "[First|To begin with], [look at|consider] [what you already have|the starting point|the surroundings]: {T} [rarely {=begins/begin}|almost never {=starts/start}] from nothing.",
        "[The most important part|What matters most|The key point] is [timing|consistency|a clear goal|attention to detail], because [small errors add up|everything else builds on it|it is hard to repair later].",
        "[In practice|In everyday use], {U} [{=tends/tend} to|will often|can] [behave differently|surprise people|need more care] than [the theory suggests|a first impression would suggest|the usual summary admits].",
        "[Many|Most] [people|beginners|newcomers] [underestimate|overlook] [how much|how often] {U} [{=influences/influence} the outcome|{=plays/play} a part|{=shapes/shape} the result].",
        "[It also helps to|You may want to|It is worth taking a moment to] [write down|note|agree on] what [success|a good result|done] would look like before [going further|you continue|changing anything].",
        "[There is a trade-off here|This comes at a price]: [more speed|more control|more detail] usually means [less room for error|more work later|fewer options], and {T} {=is/are} no exception.",
        "[Another|A second|A further] [aspect|point|side] of {T} is [cost|time|trust|scale], which [grows|shifts|shows itself] [slowly at first and quickly later|only after a while|as soon as others are involved].",
        "[Experts|Experienced people] [often|usually] [begin with|prefer] [a simple version|the smallest useful piece|a rough sketch] of {U} and [refine it|improve it|extend it] [step by step|as they learn|once it holds].",
        "[If something goes wrong|When it does not work], the [cause|reason] is [often|usually] [close to|found in] [the first assumption|the last change|a missing piece of information].",
        "[Compared with|Unlike] [the alternatives|other approaches], {T} [{=asks/ask} for more patience|{=is/are} more forgiving|{=gives/give} earlier feedback], which [suits some situations better than others|explains the lasting interest|accounts for much of the reputation].",
        "[Think of|Picture] [a kitchen|a workshop|a garden|a small orchestra]: [every part has its place|the order of things matters|nobody does everything at once], and {U} [{=works/work} in much the same way|{=follows/follow} the same logic].",
        "[The evidence|What we know] [suggests|points to] a [steady|clear|modest] [link|connection] between {U} and [how well the whole works|the quality of the outcome|the effort it takes].",
        "[On the other hand|That said|Still], [not every case needs|there are times to avoid] [the full treatment|all of this]; [a lighter approach|something simpler] [may be enough|often does the job].",
        "[Over time|After a while|With some practice], [patterns appear|it becomes second nature|the hard parts change], and {T} [{=feels/feel} less like a puzzle|{=turns/turn} into routine|{=opens/open} up new questions].",
        "[A common mistake is|It is tempting] to [rush ahead|copy a solution|skip the basics]; {U} [{=deserves/deserve}|{=needs/need}] [the right context|a little more thought|a check at every stage].",
        "[Measure|Check|Review] [early and often|a little at a time|what you can], since [guesses|impressions] about {U} [age badly|are often wrong|tend to mislead].",
        "[Good tools help|Tools matter], [but|though] [understanding matters more|they cannot replace judgement|habits matter more], [above all|especially] where {U} {=is/are} [concerned|involved].",
        "[Different|Other] [settings|groups|places] [treat|handle] {T} [in their own way|differently], and [comparing them|seeing how they differ] [teaches a lot|is instructive|sharpens the picture].",
        "[What makes it interesting|The interesting thing] is that [simple rules|a few rules|small changes] [lead to rich behaviour|can produce large effects|go a long way].",
        "[Behind|Underneath] {T} there is [a longer history|a simple mechanism|a set of constraints] that [explains|accounts for] [most of what you see|many of the oddities|the present shape].",
        "[Both|Two] [views|sides] [deserve attention|are worth hearing]: [one stresses|the first stresses] [stability|clarity|reach], the other [freedom|speed|depth].",
        "[For a concrete case|As an example], [imagine|suppose] [a small team|a family|a student|a town] that [meets|relies on|wants to improve] {U} [every day|for the first time|with little time to spare].",
        "They [begin modestly|try one thing at a time|ask for advice], [notice what changes|keep what works|learn from the first attempt], and [adjust|go on from there|share the result].",
        "[Keep|It pays to keep] the [number of moving parts|list of exceptions|distance between question and answer] [small|short], [because|as] {T} [{=gets/get} harder|{=slows/slow} down|{=becomes/become} unclear] when [everything happens at once|nobody has an overview].",
        "[None of this is|This need not be] [complicated|mysterious|expensive]; it [asks for|takes] [patience|curiosity|a bit of planning] more than [talent|equipment|luck].",
        "[Where possible|If you can], [connect|link] {U} [to|with] something [familiar|you already know|that you do anyway], [so that|and] [it stays in memory|the effort stays low|progress is easy to see].",
        "[Opinions differ on|There is some debate about] [how far|when|how strictly] this [applies|should be taken], but [the direction is clear|few doubt the principle|the practical advice is similar].",
        "The limits are [just as instructive|worth knowing too]: {T} [cannot|will not] [solve every problem|replace careful thought|remove uncertainty], [and nobody should expect that|but that is rarely needed|yet the picture gets clearer].",
    ];

    public static readonly string[] Closings =
    [
        "[In the end|All in all|Taken together], {T} [{=rewards/reward}|{=repays/repay}] [patience and curiosity|those who look closely|steady attention].",
        "[So|In summary|To sum up]: [start small|begin with the basics], [stay curious|keep an eye on the results|ask questions], and {T} will [make sense|fall into place|become clearer] [with time|bit by bit|sooner than you expect].",
        "[If you like|If it helps], [I can go deeper into|we can look more closely at|tell me more about your interest in] {U}.",
        "[That is the essence of|Those are the main points about] {T}; [the rest is practice|details depend on your situation|further questions are welcome].",
        "[With that in mind|From here], the [best|natural] next step is [a small experiment|to try it on one real case|to choose one point above and begin].",
    ];

    public static readonly string[] ListIntros =
    [
        "Here [are|is a list of] [some|the main] [points|things] to [keep in mind|know] about {T}:",
        "[A practical way|One good way] to [approach|work through] {T}:",
        "[These points|The following points] [cover|should cover] {T} [well|from start to finish|in a sensible order]:",
    ];

    public static readonly string[] ListItems =
    [
        "**[Define the goal|Set a clear aim]**: [decide|say plainly] what {T} should [achieve|give you].",
        "**[Gather|Collect] [information|what you need]**: [look into|read up on] {U} [before you start|from more than one source].",
        "**[Start small|Begin with a draft]**: [try|test] one [part|case] and [see what happens|note the result].",
        "**[Check your assumptions|Question the obvious]**: [ask|find out] whether {U} really [{=behaves/behave} as expected|{=fits/fit} your situation].",
        "**[Make a plan|Put things in order]**: [arrange|sort] the [tasks|pieces] by [importance|effort|risk].",
        "**[Ask for feedback|Involve others]**: [someone else|a second pair of eyes] will [see|notice] what you [missed|take for granted].",
        "**[Measure progress|Keep track]**: [write down|record] [numbers|observations] so that {T} [can be compared|{=stays/stay} honest].",
        "**[Simplify|Remove what is not needed]**: [fewer parts|less clutter] [make|leave] room for [what counts|mistakes to show].",
        "**[Allow time|Be patient]**: {U} [seldom|rarely] [{=works/work} at once|{=shows/show} results overnight].",
        "**[Document the result|Write it up]**: [a short note|one page] [saves|spares] [the next person|your future self] a lot of work.",
        "**[Review and repeat|Improve step by step]**: [go back|return] to the [first point|beginning] with [what you learned|fresh eyes].",
        "**[Know when to stop|Finish well]**: [good enough|a finished piece] is [often|usually] [better|worth more] than perfect.",
    ];

    public static readonly string[] Comparisons =
    [
        "[The main difference|What sets them apart] is [focus|purpose|scope]: {T} [{=aims/aim} at|{=leans/lean} towards] [breadth|simplicity|control], while {U} [{=aims/aim} at|{=leans/lean} towards] [depth|flexibility|speed].",
        "[In terms of|As for] [cost|effort|upkeep], {T} [{=asks/ask} for more at the start|{=is/are} cheaper to begin with] and {U} [{=catches/catch} up later|{=evens/even} out over time].",
        "[Choose|Prefer] {T} when [things change often|clarity matters most|you need results soon], and {U} when [the stakes are high|details matter|there is time to prepare].",
        "[Both|The two] [share|have in common] [a similar origin|the same basic idea|many users], [so|which means] [moving between them|combining them] is [possible|less work than it seems].",
    ];
}
