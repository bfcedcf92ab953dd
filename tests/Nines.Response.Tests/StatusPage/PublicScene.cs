using System.Collections.Immutable;
using Nines.Backbone.Journal;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using Nines.Ledger;
using Nines.Ledger.Policies;
using Nines.Response.StatusPage;
using NodaTime;

namespace Nines.Response.Tests.StatusPage;

/// <summary>A watch of a few components with internal names, and a page that shows them under public ones. Times are seconds since <see cref="Zero"/>.</summary>
internal sealed class PublicScene
{
    /// <summary>A Saturday.</summary>
    public static readonly Instant Zero = Instant.FromUtc(2026, 11, 21, 10, 0);

    public static readonly ComponentId TheWeb = new("int-web-7f"), TheApi = new("int-api-7f"), TheDb = new("int-db-7f");

    /// <summary>One key for all tests.</summary>
    public static readonly PublicIds Ids = PublicIds.Passing();

    private readonly List<Fact> facts = [];

    public PageOptions Options { get; set; } = new()
    {
        Name = "Example",
        Url = new Uri("https://status.example.org/"),
        Zone = DateTimeZone.Utc,
        Policy = ShippedPolicies.Strict,
        Texts = PageTexts.English,
        Components = [new PublicComponent("shop", "Shop", "Where you buy", "front", [TheWeb]), new PublicComponent("api", "API", null, null, [TheApi])],
        Groups = [new PublicGroup("front", "Front", null)],
    };

    /// <param name="regions">Where each is looked at from.</param>
    public PublicScene(params string[] regions)
    {
        var from = regions.Length == 0 ? ["eu"] : regions;
        Add(new ConfigLoaded(At(0), "d", "{}", "0.1.0", "2026a",
            [.. new[] { TheWeb, TheApi, TheDb }.Select(id => new ComponentSummary(id, ComponentKind.Dapp, ImmutableSortedDictionary<string, string>.Empty.Add("secret-label", "secret-value"), [], [.. from], Duration.FromSeconds(35)))]));
        Add(new WatchStarted(At(0), "run-1", "internal-host"));
        foreach (var id in new[] { TheWeb, TheApi, TheDb })
        {
            Revise(1, id, Up(0));
            if (from.Length > 1) foreach (var region in from) Add(new TimelineRevised(At(1), id, region, At(0), [Up(0)]));
        }
    }

    public static Instant At(double seconds) => Zero + Duration.FromSeconds(seconds);

    public static Segment Up(double from) => new(At(from), State.Up, State.Up, State.Up);

    public static Segment Down(double from, string outage, State state = State.Down, params ComponentId[] roots) => new(At(from), state, state, state)
    {
        Outage = outage,
        Cause = roots.Length > 0 ? new Cause(CauseKind.Upstream, "internal because") { Roots = [.. roots] } : new Cause(CauseKind.Technical, "internal because"),
    };

    /// <summary>An onset that lies in four seconds.</summary>
    public static Segment[] SoftDown(double from, string outage) =>
    [
        new(At(from), State.Up, State.Up, State.Down) { Outage = outage, Cause = new Cause(CauseKind.Technical, "internal because") },
        new(At(from + 2), State.Up, State.Down, State.Down) { Outage = outage, Cause = new Cause(CauseKind.Technical, "internal because") },
        new(At(from + 4), State.Down, State.Down, State.Down) { Outage = outage, Cause = new Cause(CauseKind.Technical, "internal because") },
    ];

    public PublicScene Revise(double at, ComponentId id, params Segment[] segments) => Add(new TimelineRevised(At(at), id, null, segments[0].From, [.. segments]));

    public PublicScene ReviseRegion(double at, ComponentId id, string region, params Segment[] segments) => Add(new TimelineRevised(At(at), id, region, segments[0].From, [.. segments]));

    public PublicScene Post(double at, string incident, IncidentPhase phase, string body, string? outage = null, IncidentImpact impact = IncidentImpact.Major, params string[] components) =>
        Add(new IncidentPosted(At(at), incident, phase, $"Trouble of {incident}", impact, body, [.. components], outage, "internal-handle"));

    public PublicScene Watched(double until) => Add(new Watched(At(until), "run-1", []));

    public PublicScene Add(Fact fact)
    {
        facts.Add(fact);
        return this;
    }

    public IReadOnlyList<Fact> Facts => facts;

    public LedgerProjection Fold()
    {
        var ledger = new LedgerProjection();
        for (var i = 0; i < facts.Count; i++) ledger.Apply(new JournalEntry(new JournalPosition(i + 1), "watch", i + 1, facts[i]));
        return ledger;
    }

    /// <summary>The page at an instant up to which everything was judged.</summary>
    public PageContent Page(double now)
    {
        Watched(now);
        return PageMaker.Make(Fold(), Options, PublicScene.Ids, At(now));
    }
}
