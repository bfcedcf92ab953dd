using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Core.Time;
using Nines.Probing.Answers;
using NodaTime;

namespace Nines.Probing.Alerts;

/// <summary>Says which of the alerts that concern it fire.</summary>
/// <remarks>That nothing fires is claimed only of a sender that shows that it lives, and only after all that fires must have come again
/// since the start: silence is never health, and never an outage either.</remarks>
public sealed class AlertsProbe : Probe
{
    private const int MostNames = 10;

    private readonly Readout readout;
    private readonly AlertsOptions options;
    private readonly ProbeEnvironment environment;
    private readonly AlertBook? book;
    private readonly Instant began;

    public AlertsProbe(ProbeDefinition definition, AlertsOptions options, ProbeEnvironment environment)
    {
        (this.options, this.environment, began) = (options, environment, environment.Now());
        readout = new Readout(definition.Signals, new AlertsProbeType().Signals);
        book = environment.Inbox?.RegisterAlerts(options.Token, options.Rules, environment.Now);
    }

    public override ValueTask<Sight> LookAsync(CancellationToken limit) => ValueTask.FromResult(Look());

    public override ValueTask DisposeAsync()
    {
        book?.Dispose();
        return ValueTask.CompletedTask;
    }

    private Sight Look()
    {
        if (book is null) return Fault("nothing listens for alerts: set listen, as in listen: 127.0.0.1:9464");
        var now = environment.Now();
        var (last, all, leftOut) = book.Read();
        if (last is not { } delivered) return Fault("no alerts were sent since start yet");
        if (now - delivered > options.StaleAfter)
            return Fault($"no alerts were sent for {Text(now - delivered)}, more than stale_after ({Text(options.StaleAfter)})");

        var firing = all.Where(alert => alert.Ends is not { } ends || ends > now).ToList();
        // Whoever ended an alert by letting it lapse must have been heard of since, or it has only fallen silent.
        if (all.FirstOrDefault(alert => alert.Ends is { } ends && ends <= now && delivered <= ends) is { } lapsed)
            return Fault($"the alert {lapsed.Name} was to be sent again and was not, and nothing else was");
        if (firing.Find(alert => now - alert.Sent > options.StaleAfter) is { } old)
            return Fault($"the alert {old.Name} was neither resolved nor sent again for {Text(now - old.Sent)}: let the sender repeat within stale_after ({Text(options.StaleAfter)})");
        if (firing.Count == 0 && leftOut > 0) return Fault($"the sender left {leftOut} alerts out of its last delivery");
        if (firing.Count == 0 && now - began < options.StaleAfter) return Fault($"nothing fires so far; what does is sent within {Text(options.StaleAfter)} of the start");
        return new Sight(new Outcome.Answered(Duration.Zero), readout.Read(Signals(firing, now - delivered, now), null)) { NewsDelay = options.Delay };
    }

    private static SignalValue[] Signals(List<FiringAlert> firing, Duration sinceLast, Instant now)
    {
        var ordered = firing.OrderBy(alert => alert.Meaning).ThenBy(alert => alert.Since).ThenBy(alert => alert.Name, StringComparer.Ordinal).ToList();
        var names = ordered.Select(alert => alert.Name).Distinct().ToList();
        var shown = string.Join(", ", names.Take(MostNames)) + (names.Count > MostNames ? $" and {names.Count - MostNames} more" : "");
        SignalValue For(AlertMeaning meaning) => SignalValue.Of(ordered.Where(alert => alert.Meaning == meaning).Select(alert => (now - alert.Since).TotalSeconds).DefaultIfEmpty(0).Max());
        return
        [
            SignalValue.Of((double)firing.Count),
            SignalValue.Of(ordered.Count == 0 ? "none" : ordered[0].Severity),
            SignalValue.Of(ordered.Count == 0 ? "none" : shown),
            For(AlertMeaning.Down),
            For(AlertMeaning.EffectivelyDown),
            For(AlertMeaning.Degraded),
            SignalValue.Of(sinceLast.TotalSeconds),
        ];
    }

    private static string Text(Duration duration) => DurationText.Print(Duration.FromSeconds(Math.Round(duration.TotalSeconds)));

    private static Sight Fault(string reason) => new(new Outcome.ProbeFault(reason), []);
}
