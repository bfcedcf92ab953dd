using System.Collections.Immutable;
using Nines.Core;
using Nines.Pricing.Money;
using Nines.Probing.Scheduling;

namespace Nines.Web.Metrics;

/// <summary>Every metric, once: <c>/metrics</c> and OTLP both read this list.</summary>
internal static class MetricCatalog
{
    private static readonly (State State, LabelSet Label)[] States = [.. Enum.GetValues<State>().Select(state => (state, new LabelSet(("state", Word(state)))))];

    private static readonly LabelSet Half = new(("quantile", "0.5")), MostOf = new(("quantile", "0.99"));
    private static readonly LabelSet Low = new(("bound", "low")), LikelyShare = new(("bound", "likely")), High = new(("bound", "high"));
    private static readonly LabelSet Answered = new(("outcome", "answered")), Refused = new(("outcome", "refused")), TimedOut = new(("outcome", "timed_out")), Fault = new(("outcome", "probe_fault"));
    private static readonly LabelSet LoggedIn = new(("result", "succeeded")), WrongPassword = new(("result", "failed")), HeldBack = new(("result", "held_back"));
    private static readonly LabelSet Regular = new(("reason", "due")), Extra = new(("reason", "extra"));
    private static readonly (LabelSet Surely, LabelSet Likely, LabelSet Possibly) Effectively = Bounds(State.EffectivelyDown), Down = Bounds(State.Down);

    /// <summary>Of the process.</summary>
    public static ImmutableArray<SelfMetric> Self { get; } =
    [
        new("nines_build", MetricKind.Info, "", "Which Nines this is.", (now, emit) => emit(new LabelSet(("version", now.Version)), LabelSet.None, 1)),
        Gauge("nines_start_time_seconds", "seconds", "When this run began, in seconds since 1970.", now => now.StartedAt.ToUnixTimeTicks() / 1e7),
        Gauge("nines_frontier_age_seconds", "seconds", "How far what is judged lags behind now.", now => now.FrontierAge.TotalSeconds),
        new("nines_probes", MetricKind.Counter, "", "Observations by what came of them; a probe_fault is ours and never counts against the target.", (now, emit) =>
        {
            emit(LabelSet.None, Answered, now.Answered);
            emit(LabelSet.None, Refused, now.Refused);
            emit(LabelSet.None, TimedOut, now.TimedOut);
            emit(LabelSet.None, Fault, now.ProbeFaults);
        }),
        Counter("nines_probe_faults", "Looks that ended as a probe fault, misses apart.", now => now.Scheduler.Faults),
        Counter("nines_looks_delayed", "Those of them that brought something, which counts for nothing because the watcher itself ran late meanwhile: it needs more processor, or fewer looks.", now => now.Scheduler.Delayed),
        new("nines_watcher_late_seconds", MetricKind.Counter, "seconds", "By how much the watcher ran late in all, delays below 50 ms apart.", (now, emit) => emit(LabelSet.None, LabelSet.None, now.Scheduler.RanLate.TotalSeconds)),
        new("nines_looks", MetricKind.Counter, "", "Looks begun: at their due times, and extra ones (sharpened, or set off by a tripwire).", (now, emit) =>
        {
            emit(LabelSet.None, Regular, now.Scheduler.Due.Looks);
            emit(LabelSet.None, Extra, now.Scheduler.Due.Extra);
        }),
        Counter("nines_looks_missed", "Due times at which nothing could be looked at, each on record as a probe fault.", now => now.Scheduler.Due.Missed),
        Counter("nines_looks_late", "Looks that started late by more than 1 s or a tenth of their interval, whichever is more.", now => now.Scheduler.Late),
        Gauge("nines_looks_in_flight", "", "Looks that run now.", now => now.Scheduler.InFlight),
        Gauge("nines_looks_waiting", "", "Looks that are owed and wait for a running one to end.", now => now.Scheduler.Waiting),
        Summary("nines_scheduler_lateness_seconds", "By how much looks started after they were due.", now => now.Lateness),
        Gauge("nines_scheduler_lateness_max_seconds", "seconds", "The latest look since the start.", now => now.Lateness.Max.TotalSeconds),
        Gauge("nines_channel_observations", "", "Observations that wait for the judge.", now => now.ChannelFill),
        Gauge("nines_channel_capacity_observations", "", "How many may wait before probes must.", now => now.ChannelRoom),
        Counter("nines_channel_full", "Observations that found the channel full and had to wait.", now => now.Scheduler.ChannelFull),
        Gauge("nines_facts_waiting", "", "Facts that are judged and not durable yet.", now => now.FactsWaiting),
        new("nines_journal_position", MetricKind.Gauge, "", "The last entry that the components' figures are as of; absent while the journal cannot be read.", (now, emit) =>
        {
            if (now.LedgerPosition is { } position) emit(LabelSet.None, LabelSet.None, position);
        }),
        Summary("nines_journal_append_seconds", "How long the journal took to make facts durable.", now => now.Appends),
        Counter("nines_journal_append_failures", "Appends that failed; what they held waits and is tried again.", now => now.AppendsFailed),
        new("nines_log_ins", MetricKind.Counter, "", "Log-ins to the console by what came of them; held_back came too soon after others that failed.", (now, emit) =>
        {
            if (now.LogIns is not { } counts) return;
            emit(LabelSet.None, LoggedIn, counts.Succeeded);
            emit(LabelSet.None, WrongPassword, counts.Failed);
            emit(LabelSet.None, HeldBack, counts.Limited);
        }),
        new("nines_bearer_tokens_refused", MetricKind.Counter, "", "Requests with a bearer token that is not valid.", (now, emit) =>
        {
            if (now.LogIns is { } counts) emit(LabelSet.None, LabelSet.None, counts.BearersRefused);
        }),
        new("nines_vantage_point_blind", MetricKind.Gauge, "", "1 while a vantage point's own path is broken: what it sees then moves nothing.", (now, emit) =>
        {
            foreach (var point in now.VantagePoints) emit(new LabelSet(("vantage_point", point.Name), ("region", point.Region)), LabelSet.None, point.Blind ? 1 : 0);
        }),
    ];

    /// <summary>Of each component.</summary>
    public static ImmutableArray<ComponentMetric> Components { get; } =
    [
        new("nines_component_state", "", "1 for the state that the component is in, 0 for the others; with region: as seen from there.", (component, emit) =>
        {
            foreach (var (state, label) in States) emit(component.WithKind, label, component.State == state ? 1 : 0);
            foreach (var (labels, seen) in component.Regions)
                foreach (var (state, label) in States) emit(labels, label, seen == state ? 1 : 0);
        }),
        new("nines_component_down_seconds", "seconds", "Time in the state or a worse one, outside of maintenance windows, on record in all. A gauge: what was possible may turn out not to have been.", (component, emit) =>
        {
            foreach (var (bounds, time) in (((LabelSet Surely, LabelSet Likely, LabelSet Possibly), DownTime)[])[(Effectively, component.EffectivelyDown), (Down, component.Down)])
            {
                emit(component.Labels, bounds.Surely, time.Surely);
                emit(component.Labels, bounds.Likely, time.Likely);
                emit(component.Labels, bounds.Possibly, time.Possibly);
            }
        }),
        new("nines_component_availability_30d_ratio", "ratio", "Availability over the last 30 days under the config's policy; absent while nothing is known.", (component, emit) =>
        {
            if (component.Availability is not { } share) return;
            emit(component.Labels, Low, (double)share.Low);
            emit(component.Labels, LikelyShare, (double)share.Likely);
            emit(component.Labels, High, (double)share.High);
        }),
        new("nines_component_coverage_30d_ratio", "ratio", "Share of the last 30 days, or of the time since the first look, that was seen.", (component, emit) => emit(component.Labels, LabelSet.None, component.Coverage)),
        new("nines_component_resolution_seconds", "seconds", "Shorter outages may have been missed in the last 30 days; absent without probes.", (component, emit) =>
        {
            if (component.Resolution is { } resolution) emit(component.Labels, LabelSet.None, resolution.TotalSeconds);
        }),
        new("nines_component_outages", "", "Outages ever named.", (component, emit) => emit(component.Labels, LabelSet.None, component.OutagesNamed)) { Kind = MetricKind.Counter },
        new("nines_component_outage_open", "", "1 while an outage is open.", (component, emit) => emit(component.Labels, LabelSet.None, component.OpenSince is null ? 0 : 1)),
        new("nines_component_outage_start_time_seconds", "seconds", "When the open outage likely began, in seconds since 1970; absent while none is open.", (component, emit) =>
        {
            if (component.OpenSince is { } since) emit(component.Labels, LabelSet.None, Since1970(since.Likely));
        }),
        new("nines_component_outage_start_bound_time_seconds", "seconds", "The bounds of when the open outage began, in seconds since 1970: no earlier than low, no later than high; absent while none is open.", (component, emit) =>
        {
            if (component.OpenSince is not { } since) return;
            emit(component.Labels, Low, Since1970(since.Earliest));
            emit(component.Labels, High, Since1970(since.Latest));
        }),
        new("nines_component_outage_acknowledged", "", "1 while somebody takes care of the open outage, 0 while nobody has said so; absent while none is open.", (component, emit) =>
        {
            if (component.OpenSince is not null) emit(component.Labels, LabelSet.None, component.IsAcknowledged ? 1 : 0);
        }),
        new("nines_component_outage_cost", "", "What the open outage has cost so far, under the config's policy: lost revenue and stake. Absent while none is open, or it has no price.", (component, emit) => Cost(component, emit, cost => cost.SoFar)),
        new("nines_component_outage_cost_per_minute", "", "What the open outage costs with each minute that it goes on.", (component, emit) => Cost(component, emit, cost => cost.Minute)),
        new("nines_objective_budget_left_ratio", "ratio", "What is left of the error budget of an objective, as a share of it; below 0 when more was lost than allowed.", (component, emit) =>
        {
            foreach (var objective in component.Objectives)
            {
                emit(objective.Labels, Low, (double)objective.Left.Low);
                emit(objective.Labels, LikelyShare, (double)objective.Left.Likely);
                emit(objective.Labels, High, (double)objective.Left.High);
            }
        }),
        new("nines_objective_burn_rate", "", "How fast the budget was likely spent over the window; 1 uses it up just in the objective's period.", (component, emit) =>
        {
            foreach (var objective in component.Objectives)
                foreach (var (window, rate) in objective.Burn) emit(objective.Labels, window, (double)rate);
        }),
    ];

    private static double Since1970(NodaTime.Instant instant) => instant.ToUnixTimeTicks() / 1e7;

    private static void Cost(ComponentFigures component, Emit emit, Func<OpenCost, Estimate> which)
    {
        if (component.Cost is not { } cost) return;
        var estimate = which(cost);
        emit(cost.Labels, Low, (double)estimate.Low);
        emit(cost.Labels, LikelyShare, (double)estimate.Likely);
        emit(cost.Labels, High, (double)estimate.High);
    }

    /// <summary>The state as a label: up, degraded, effectively_down, down, unknown, maintenance.</summary>
    private static string Word(State state) => state.Word().Replace(' ', '_');

    private static (LabelSet, LabelSet, LabelSet) Bounds(State state) =>
        (Bound(state, "surely"), Bound(state, "likely"), Bound(state, "possibly"));

    private static LabelSet Bound(State state, string bound) => new(("state", Word(state)), ("bound", bound));

    private static SelfMetric Gauge(string name, string unit, string help, Func<WatchFigures, double> value) => new(name, MetricKind.Gauge, unit, help, (now, emit) => emit(LabelSet.None, LabelSet.None, value(now)));

    private static SelfMetric Counter(string name, string help, Func<WatchFigures, double> value) => new(name, MetricKind.Counter, "", help, (now, emit) => emit(LabelSet.None, LabelSet.None, value(now)));

    private static SelfMetric Summary(string name, string help, Func<WatchFigures, DelaySummary> value) => new(name, MetricKind.Summary, "seconds", help, (now, emit) =>
    {
        var summary = value(now);
        emit(LabelSet.None, Half, summary.P50.TotalSeconds);
        emit(LabelSet.None, MostOf, summary.P99.TotalSeconds);
        emit(LabelSet.None, LabelSet.None, summary.Count, SamplePart.Count);
        emit(LabelSet.None, LabelSet.None, summary.Sum.TotalSeconds, SamplePart.Sum);
    });
}
