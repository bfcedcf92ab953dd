using System.Collections.Immutable;
using System.Text.Json;
using Nines.Backbone.Journal;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using Nines.Ledger.Objectives;
using Nines.Ledger.Outages;
using Nines.Ledger.Policies;
using NodaTime;

namespace Nines.Ledger;

/// <summary>
/// Outages, timelines and evidence, folded from the journal. It keeps a cursor, can be thrown away and rebuilt, and says the
/// same after every rebuild. Not safe for concurrent use: one reader owns it.
/// </summary>
public sealed partial class LedgerProjection
{
    private const int EntriesAtOnce = 1_000;

    private readonly SortedDictionary<ComponentId, ComponentLedger> components = [];
    private readonly Dictionary<NoticeKey, NoticeSent> notices = [];
    private readonly SortedDictionary<string, ReportSent> reports = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Instant> reportsSince = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Instant> noticed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WindowOnRecord> windows = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OutageAcknowledged> acknowledged = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, ImmutableArray<OutageNote>> notes = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Corrections> corrections = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, PostedIncident> incidents = new(StringComparer.Ordinal);
    private bool isExtended;

    /// <summary>The last entry that was folded in. Everything that is reported is as of here.</summary>
    public JournalPosition Position { get; private set; } = JournalPosition.Start;

    /// <summary>Until when the last watcher said that all is judged; null before the first.</summary>
    public Instant? WatchedUntil { get; private set; }

    /// <summary>The run that watches, or did last.</summary>
    public WatchStarted? Run { get; private set; }

    /// <summary>True when the last run said that it stopped. One that was killed did not.</summary>
    public bool StoppedCleanly { get; private set; }

    /// <summary>The policy that the config on record names; null when it names none.</summary>
    public string? DefaultPolicy { get; private set; }

    /// <summary>The policies that the config on record has of its own, as of <see cref="Position"/>.</summary>
    public ImmutableArray<Policy> OwnPolicies { get; private set; } = [];

    /// <summary>The objectives of the config on record, as of <see cref="Position"/>.</summary>
    public ImmutableArray<Objective> Objectives { get; private set; } = [];

    /// <summary>Who needs whom in the config on record.</summary>
    public DependencyGraph Dependencies { get; private set; } = DependencyGraph.None;

    /// <summary>
    /// For a record that was never watched, such as an imported history: no config is on it, so policies and objectives come from the one
    /// in reach. A config that is on record is never overruled.
    /// </summary>
    /// <returns>False when somebody has watched: then nothing is taken.</returns>
    public bool Assume(string? policy, ImmutableArray<Policy> policies, ImmutableArray<Objective> objectives)
    {
        if (Run is not null) return false;
        (DefaultPolicy, OwnPolicies, Objectives) = (policy, policies, objectives);
        return true;
    }

    /// <returns>One that every Nines has, or one of the config on record; null when there is none of that name.</returns>
    public Policy? FindPolicy(string name) => ShippedPolicies.Find(name) ?? OwnPolicies.FirstOrDefault(policy => policy.Name == name);

    /// <summary>What figures are under where nobody names another: the policy that the config on record names, else strict.</summary>
    public Policy PolicyInForce => DefaultPolicy is { } name && FindPolicy(name) is { } found ? found : ShippedPolicies.Strict;

    /// <summary>In order of their names.</summary>
    public IReadOnlyCollection<ComponentLedger> Components => components.Values;

    public IReadOnlyDictionary<NoticeKey, NoticeSent> Notices => notices;

    /// <summary>Maintenance windows that were declared, in order of their start.</summary>
    public IEnumerable<WindowOnRecord> Windows => windows.Values.OrderBy(window => window.From).ThenBy(window => window.Id, StringComparer.Ordinal);

    /// <summary>The latest frontier of any component; null while nothing was watched.</summary>
    public Instant? Frontier => components.Values.Max(component => component.Frontier) is { } latest && (WatchedUntil is not { } until || latest > until) ? latest : WatchedUntil;

    /// <summary>First instant of which anything is known.</summary>
    public Instant? WatchedFrom => components.Values.Min(component => component.WatchedFrom);

    public ComponentLedger? Find(ComponentId id) => components.GetValueOrDefault(id);

    /// <summary>Outages of all components as a whole, in order of onset, then component.</summary>
    public IEnumerable<Outage> Outages =>
        components.Values.SelectMany(component => component.Outages).OrderBy(outage => outage.Began.Earliest).ThenBy(outage => outage.Component);

    /// <summary>An outage of a component as a whole or of one region; null when none of that name is on record.</summary>
    public Outage? FindOutage(string id) =>
        components.Values.Select(component => component.Outages.FirstOrDefault(outage => outage.Id == id) ?? component.RegionalOutages.FirstOrDefault(outage => outage.Id == id)).FirstOrDefault(outage => outage is not null);

    /// <summary>A projection of the whole journal.</summary>
    public static async Task<LedgerProjection> LoadAsync(IJournal journal, CancellationToken cancellation = default)
    {
        var ledger = new LedgerProjection();
        await ledger.CatchUpAsync(journal, cancellation);
        return ledger;
    }

    /// <summary>A projection of the journal as it was at a position: later facts change nothing of it.</summary>
    /// <param name="until">Not beyond the journal's head, or it is as of the head.</param>
    public static async Task<LedgerProjection> LoadAsync(IJournal journal, JournalPosition until, CancellationToken cancellation = default)
    {
        var ledger = new LedgerProjection();
        while (ledger.Position.Value < until.Value)
        {
            var entries = await journal.ReadAsync(ledger.Position, (int)Math.Min(EntriesAtOnce, until.Value - ledger.Position.Value), cancellation);
            if (entries.Count == 0) break;
            foreach (var entry in entries) ledger.Apply(entry);
        }
        return ledger;
    }

    /// <summary>A projection up to the first position at which all before an instant was judged; of the whole journal when that is not so yet.</summary>
    public static async Task<LedgerProjection> LoadWhenJudgedAsync(IJournal journal, Instant judged, CancellationToken cancellation = default)
    {
        var ledger = new LedgerProjection();
        while (await journal.ReadAsync(ledger.Position, EntriesAtOnce, cancellation) is { Count: > 0 } entries)
        {
            foreach (var entry in entries)
            {
                ledger.Apply(entry);
                if (ledger.WatchedUntil >= judged) return ledger;
            }
        }
        return ledger;
    }

    /// <summary>Reads on from the cursor to the journal's end.</summary>
    /// <returns>How many entries were new.</returns>
    public async Task<long> CatchUpAsync(IJournal journal, CancellationToken cancellation = default)
    {
        var before = Position.Value;
        var reading = journal.ReadAsync(Position, EntriesAtOnce, cancellation);
        while (true)
        {
            var entries = await reading;
            if (entries.Count == 0) return Position.Value - before;
            // Reading costs more than folding: the next entries are read meanwhile.
            reading = journal.ReadAsync(entries[^1].Position, EntriesAtOnce, cancellation);
            try
            {
                foreach (var entry in entries) Apply(entry);
            }
            catch
            {
                await reading; // the journal may be closed by whoever hears of this
                throw;
            }
        }
    }

    /// <summary>
    /// The watcher's durable memory shows that it has judged up to here, though no fact says so yet: nothing has changed since the last
    /// one. For looking at now; a report as of a position does without, so that it can be repeated.
    /// </summary>
    public void ExtendTo(Instant judged)
    {
        if (WatchedUntil is not { } until || judged <= until || StoppedCleanly) return;
        (WatchedUntil, isExtended) = (judged, true);
    }

    /// <summary>Folds one entry in; one that was folded in before changes nothing.</summary>
    /// <exception cref="ArgumentException">Entries are missing between the cursor and this one.</exception>
    public void Apply(JournalEntry entry)
    {
        if (entry.Position.Value <= Position.Value) return;
        if (entry.Position.Value != Position.Value + 1)
            throw new ArgumentException($"Entry {entry.Position} does not follow {Position}: the journal has no gaps.", nameof(entry));

        switch (entry.Fact)
        {
            case ConfigLoaded loaded:
                Configure(loaded);
                break;
            case WatchStarted started:
                foreach (var component in components.Values) component.MarkUnseen();
                (Run, StoppedCleanly) = (started, false);
                break;
            case WatchStopped:
                StoppedCleanly = true;
                break;
            case Watched watched:
                Watch(watched);
                break;
            case MaintenanceEntered entered:
                windows[entered.Window] = new WindowOnRecord(entered.Window, entered.Components, entered.From, entered.To) { By = entered.By, Reason = entered.Reason, PublicText = entered.PublicText, DeclaredAt = windows.TryGetValue(entered.Window, out var before) ? before.DeclaredAt : entered.At };
                break;
            case MaintenanceEnded ended when windows.TryGetValue(ended.Window, out var window):
                windows[ended.Window] = window with { EndedAt = ended.At, EndedBy = ended.By };
                break;
            case ProbingPaused paused:
                foreach (var id in paused.Components) Of(id).Paused = paused;
                break;
            case ProbingResumed resumed:
                foreach (var id in resumed.Components) Of(id).Paused = null;
                break;
            case OutageAcknowledged told:
                acknowledged[told.Outage] = told;
                Told++;
                break;
            case OutageNoted noted:
                notes[noted.Outage] = NotesOf(noted.Outage).Add(new OutageNote(entry.Position, noted.At, noted.By, noted.Note));
                Told++;
                break;
            case CauseCorrected corrected:
                Correct(corrected.Outage, Correction.Of(entry.Position, corrected));
                break;
            case OutageCorrected corrected:
                Correct(corrected.Outage, Correction.Of(entry.Position, corrected));
                break;
            case TimelineRevised revised:
                Of(revised.Component).Revise(revised, entry.Position);
                break;
            case HistoryImported import:
                Of(import.Component).Import(import, entry.Position);
                break;
            case StateChanged changed:
                Of(changed.Probe.Component).Evidence.Add(new EvidenceAt(entry.Position, changed.At, changed.When));
                break;
            case BlipSeen blip:
                Of(blip.Probe.Component).Blips.Add(new Blip(entry.Position, blip.Probe, blip.From, blip.Suspected, blip.When, blip.Because));
                break;
            case ReportSent sent:
                reports.TryAdd(ReportKey(sent.Report, sent.Period), sent);
                break;
            case IncidentPosted post:
                incidents[post.Incident] = incidents.TryGetValue(post.Incident, out var incident) ? incident with { Posts = incident.Posts.Add(post) } : new PostedIncident(post.Incident, [post]);
                break;
            case NoticeSent notice:
                notices[new NoticeKey(notice.Outage, notice.Phase, notice.Channel)] = notice;
                if (notice is { Phase: "opened", Failed: null } && noticed.TryAdd(notice.Outage, notice.At)) Told++;
                break;
        }
        Position = entry.Position;
    }

    /// <summary>Incidents that people told the public of, in order of their ids.</summary>
    public IReadOnlyCollection<PostedIncident> Incidents => incidents.Values;

    /// <summary>Scheduled reports that were sent or given up, in order of name and period.</summary>
    public IReadOnlyCollection<ReportSent> Reports => reports.Values;

    /// <summary>What became of a scheduled report of a period; null while nothing did.</summary>
    public ReportSent? ReportOf(string report, string period) => reports.GetValueOrDefault(ReportKey(report, period));

    /// <summary>Since when the configs on record have a report of that name, without a break; null when the last has none.</summary>
    public Instant? ReportSince(string report) => reportsSince.TryGetValue(report, out var since) ? since : null;

    private static string ReportKey(string report, string period) => $"{report}/{period}";

    private void Schedule(ConfigLoaded loaded)
    {
        using var config = JsonDocument.Parse(loaded.Config);
        var named = config.RootElement.TryGetProperty("reports", out var list)
            ? list.EnumerateArray().Select(report => report.TryGetProperty("name", out var name) ? name.GetString() : null).OfType<string>().ToHashSet(StringComparer.Ordinal) : [];
        foreach (var gone in reportsSince.Keys.Where(name => !named.Contains(name)).ToList()) reportsSince.Remove(gone);
        foreach (var name in named) reportsSince.TryAdd(name, loaded.At);
    }

    private void Configure(ConfigLoaded loaded)
    {
        using (var config = JsonDocument.Parse(loaded.Config))
        {
            DefaultPolicy = config.RootElement.TryGetProperty("policy", out var named) && named.ValueKind == JsonValueKind.String ? named.GetString() : null;
            OwnPolicies = config.RootElement.TryGetProperty("policies", out var own) ? [.. own.EnumerateArray().Select(PolicyJson.Read).OfType<Policy>()] : [];
            Dependencies = DependencyGraph.Of(config.RootElement);
            Objectives = config.RootElement.TryGetProperty("objectives", out var promised) ? [.. promised.EnumerateArray().Select(ObjectiveJson.Read).OfType<Objective>()] : [];
        }
        Schedule(loaded);
        var kept = loaded.Components.Select(summary => summary.Id).ToHashSet();
        foreach (var component in components.Values)
            if (component.InConfig && !kept.Contains(component.Id))
                component.Retire();
        foreach (var summary in loaded.Components) Of(summary.Id).Configure(loaded.At, summary);
    }

    private void Watch(Watched watched)
    {
        foreach (var had in watched.Late) Of(had.Component).AddLate(WatchedUntil ?? Run?.At ?? watched.Until, watched.Until, had.Resolution);
        if (WatchedUntil is not { } until || watched.Until > until) WatchedUntil = watched.Until;
    }

    /// <summary>What people wrote about an outage, in order.</summary>
    internal ImmutableArray<OutageNote> NotesOf(string outage) => notes.GetValueOrDefault(outage, []);

    /// <summary>What people said of an outage instead of what was judged.</summary>
    internal Corrections CorrectionsOf(string outage) => corrections.GetValueOrDefault(outage, Corrections.None);

    /// <summary>By outage.</summary>
    internal IReadOnlyDictionary<string, Corrections> Corrected => corrections;

    private void Correct(string outage, Correction correction)
    {
        var before = CorrectionsOf(outage);
        var now = corrections[outage] = before.With(correction);
        Told++;
        // An outage bears its component's name.
        foreach (var component in components.Values)
            if (outage.StartsWith(component.Id.Value, StringComparison.Ordinal)) component.Corrected(outage, correction, before.Time, now.Time);
    }

    internal OutageAcknowledged? AcknowledgementOf(string outage) => acknowledged.GetValueOrDefault(outage);

    /// <summary>When the first notice that an outage has begun was delivered; null when none was.</summary>
    internal Instant? NoticeOf(string outage) => noticed.TryGetValue(outage, out var at) ? at : null;

    /// <summary>Grows by one whenever something is told of an outage that no timeline tells: an acknowledgement, a note, another cause, the first notice.</summary>
    internal long Told { get; private set; }

    private ComponentLedger Of(ComponentId id)
    {
        if (!components.TryGetValue(id, out var component)) components.Add(id, component = new ComponentLedger(this, id));
        return component;
    }
}

/// <summary>A maintenance window as it was declared.</summary>
/// <param name="To">When it was to end.</param>
public sealed record WindowOnRecord(string Id, ImmutableArray<ComponentId> Components, Instant From, Instant To)
{
    /// <summary>Who declared it by hand; null for a rule of the config.</summary>
    public string? By { get; init; }

    public string? Reason { get; init; }

    /// <summary>What the public is told of it; null where nothing was written for the public.</summary>
    public string? PublicText { get; init; }

    /// <summary>When it was first said that there will be, or is, this window.</summary>
    public required Instant DeclaredAt { get; init; }

    /// <summary>When it was ended before its time; null when nobody did. One that had not begun then never took place.</summary>
    public Instant? EndedAt { get; init; }

    /// <summary>Who did; null when the config no longer had its rule.</summary>
    public string? EndedBy { get; init; }

    /// <summary>When it really ends; not before <see cref="From"/>.</summary>
    public Instant End => EndedAt is { } at && at < To ? Instant.Max(at, From) : To;
}

/// <summary>An incident that people told the public of.</summary>
/// <param name="Posts">One or more, in the order in which they came.</param>
public sealed record PostedIncident(string Id, ImmutableArray<IncidentPosted> Posts)
{
    /// <summary>What was said last: its name, impact and phase are the incident's.</summary>
    public IncidentPosted Last => Posts[^1];
}

/// <summary>One notice: an outage, its phase (opened or closed), and whom it was for.</summary>
public readonly record struct NoticeKey(string Outage, string Phase, string Channel);
