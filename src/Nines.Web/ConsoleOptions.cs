using System.Collections.Immutable;
using Nines.Backbone.Journal;
using Nines.Backbone.Series;
using Nines.Core.Components;
using Nines.Core.Control;
using Nines.Core.Maintenance;
using Nines.Ledger;
using Nines.Response.Notices;
using Nines.Probing.Scheduling;
using Nines.Pricing.Plan;
using Nines.Response.StatusPage;
using Nines.Web.Access;
using Nines.Web.Api.Documents;
using Nines.Web.Api.Looks;
using Nines.Web.Live;

namespace Nines.Web;

/// <summary>What the console and the API are given by the watch that they belong to.</summary>
public sealed record ConsoleOptions
{
    public required IJournal Journal { get; init; }

    /// <summary>Of the same journal: what all who read share.</summary>
    public required LiveLedger Ledger { get; init; }

    /// <summary>Of the watch: users, tokens and snapshots are kept there. Null keeps nothing.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Tells the watch to do something, on behalf of somebody.</summary>
    public required TellWatch Tell { get; init; }

    /// <summary>What is watched now, and from where; null while the watch starts.</summary>
    public Func<Topology?> Topology { get; init; } = static () => null;

    /// <summary>When a component is looked at next, by the scheduler's plan; gives null where nothing is planned. Null where nobody knows the plan.</summary>
    public Func<ComponentId, PlannedLook?>? NextLook { get; init; }

    /// <summary>Whom notices go to, and what is still to be delivered; null where nobody is told of outages.</summary>
    public Func<NoticePlan?> Notices { get; init; } = static () => null;

    /// <summary>Where signals are kept by the minute; null where there are none.</summary>
    public SeriesReader? Series { get; init; }

    /// <summary>What outages cost; gives null where nothing is priced.</summary>
    public Func<LedgerProjection, PricingPlan?> Pricing { get; init; } = _ => null;

    /// <summary>Who may come in: the config's word, as it is now.</summary>
    public Func<AccessSettings> Access { get; init; } = static () => new AccessSettings();

    /// <summary>The config that is watched by, as JSON without its secrets; null while the watch starts.</summary>
    public Func<string?> Config { get; init; } = static () => null;

    /// <summary>What the public is shown, by the config as it is now; null where there is no status page.</summary>
    public Func<PageOptions?> StatusPage { get; init; } = static () => null;

    /// <summary>What is planned, by the config as it is now.</summary>
    public Func<ImmutableArray<MaintenanceRule>> Rules { get; init; } = static () => [];

    /// <summary>Under which names the public knows incidents: those of the status page.</summary>
    public PublicIds PublicIds { get; init; } = PublicIds.Passing();

    /// <summary>Shows the set-up link, once, to whoever started the watch: as it is, for it is a secret that he needs.</summary>
    public Action<string> ShowSecret { get; init; } = _ => { };

    /// <summary>See <see cref="Passwords"/>; fewer only in tests, which make many.</summary>
    public int PasswordRounds { get; init; } = Passwords.Rounds;

    /// <summary>Looks once at what somebody names; null where nobody can.</summary>
    public LookOnce? Look { get; init; }

    /// <summary>What came of the last look at a component that somebody asked this run of the watch for; gives null where nobody did.</summary>
    public Func<ComponentId, AskedLooksDocument?> LastLooks { get; init; } = static _ => null;

    /// <summary>Says a line to whoever started the watch.</summary>
    public Action<string> Say { get; init; } = _ => { };
}

/// <summary>Hands a command to the watch; completes when what it did is on record.</summary>
/// <param name="by">Who says so; kept in the fact.</param>
public delegate Task<Told> TellWatch(ControlCommand command, string by, CancellationToken patience);

/// <summary>What came of a command.</summary>
/// <param name="Lines">What to tell, a line each. When something is wrong, the first begins with its code.</param>
/// <param name="Made">The name of what it made, where that is for others to refer to; else null.</param>
/// <param name="Looks">What was seen, where it was told to look.</param>
public sealed record Told(ToldResult Result, ImmutableArray<string> Lines, string? Made = null, AskedLooksDocument? Looks = null);

public enum ToldResult
{
    Done,

    /// <summary>Carried out as far as it goes, and something is wrong.</summary>
    Wrong,

    /// <summary>What was asked for makes no sense as things are: nothing was done.</summary>
    Refused,

    /// <summary>The watch starts, stops, or does not answer in time.</summary>
    OutOfReach,
}
