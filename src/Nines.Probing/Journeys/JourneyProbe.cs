using System.Collections.Immutable;
using System.Net;
using System.Net.Security;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Conditions;
using Nines.Core.Observations;
using Nines.Probing.Http;
using Nines.Probing.Paths;
using NodaTime;

namespace Nines.Probing.Journeys;

/// <summary>
/// Makes the steps in order, on connections and with cookies of its own, and stops at the first that fails. What a step captured
/// is a secret: it goes into later requests and nowhere else.
/// </summary>
public sealed class JourneyProbe : Probe
{
    private readonly JourneyOptions options;
    private readonly NetworkPath path;
    private readonly ProbeEnvironment environment;
    private readonly Duration timeout;
    private readonly SignalSchema schema;
    private readonly TlsRequest tls;
    private readonly ImmutableArray<StepPlan> plans;
    private readonly ImmutableArray<string> plain;

    public JourneyProbe(ProbeDefinition definition, JourneyOptions options, NetworkPath path, ProbeEnvironment environment)
    {
        (this.options, this.path, this.environment, timeout, schema) = (options, path, environment, definition.Timeout, definition.Signals);
        plans = JourneyProbeType.Plans(options);
        plain = [.. new JourneyProbeType().Signals.Where(signal => !signal.TakesArgument).Select(signal => signal.Name)];
        tls = new TlsRequest
        {
            Roots = TlsRequest.RootsFrom(options.CaFile),
            ClientCertificate = ClientIdentity.From(options.ClientCert, options.ClientKey),
            Protocols = [SslApplicationProtocol.Http11],
        };
    }

    private abstract record StepEnd
    {
        public sealed record Passed(Duration Took, IReadOnlyDictionary<string, string> Captured) : StepEnd;

        /// <summary>The target answered, but not what the step expects.</summary>
        public sealed record Broken(Duration Took, string Why) : StepEnd;

        /// <summary>There was no answer, or none in HTTP.</summary>
        public sealed record Failed(Sight Sight) : StepEnd;
    }

    public override async ValueTask<Sight> LookAsync(CancellationToken limit)
    {
        var trip = new Trip(limit);
        using var handler = PathHandler.Create(path, tls, () => trip);
        (handler.UseCookies, handler.CookieContainer) = (true, new CookieContainer());
        using var http = new HttpMessageInvoker(handler);
        var started = environment.Time.GetTimestamp();
        var values = new Dictionary<string, string>(options.Secrets, StringComparer.Ordinal);
        var times = new Dictionary<string, Duration>(StringComparer.Ordinal);
        foreach (var plan in plans)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(limit);
            using var expired = plan.Step.Timeout is { } most ? new CancellationTokenSource(most.ToTimeSpan(), environment.Time) : null;
            using var link = expired?.Token.Register(patience.Cancel);
            trip = new Trip(patience.Token);
            switch (await MakeAsync(plan, http, trip, values).ConfigureAwait(false))
            {
                case StepEnd.Passed passed:
                    times[plan.Step.Name] = passed.Took;
                    foreach (var (name, value) in passed.Captured) values[name] = value;
                    break;
                case StepEnd.Broken broken:
                    times[plan.Step.Name] = broken.Took;
                    return Answered(started, times, plan.Step.Name, Redacting(plan, values).Apply(broken.Why));
                case StepEnd.Failed failed:
                    return Named(failed.Sight, plan.Step.Name);
                default:
                    throw new InvalidOperationException("StepEnd is a closed hierarchy.");
            }
        }
        return Answered(started, times, "", "");
    }

    private async Task<StepEnd> MakeAsync(StepPlan plan, HttpMessageInvoker http, Trip trip, Dictionary<string, string> values)
    {
        var started = environment.Time.GetTimestamp();
        var (request, why) = plan.Fill(values);
        if (request is null) return new StepEnd.Broken(Since(started), why!);
        var redaction = Redacting(plan, values);
        var limit = plan.Step.Timeout is { } own && own < timeout ? own : timeout;
        try
        {
            var (reading, refusal) = await new HttpExchange(request, environment).AskAsync(http, trip, wantsText: true, wantsDigest: true).ConfigureAwait(false);
            return reading is null ? new StepEnd.Failed(refusal!.ToSight(limit, redaction)) : Judge(plan, reading, started);
        }
        catch (OperationCanceledException) when (trip.Limit.IsCancellationRequested)
        {
            return new StepEnd.Failed(new PathFailure.TimedOut(trip.Phase).ToSight(limit, redaction));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException or UriFormatException)
        {
            // Giving up a request tears its connection down, which the stack may report first.
            return new StepEnd.Failed(trip.Limit.IsCancellationRequested
                ? new PathFailure.TimedOut(trip.Phase).ToSight(limit, redaction)
                : HttpFailures.Of(e, HostPort.Of(request.Url).ToString(), limit, redaction));
        }
    }

    private StepEnd Judge(StepPlan plan, HttpReading reading, long started)
    {
        var read = plan.Readout.Read(reading.Plain, reading.Answer);
        foreach (var condition in plan.Expect)
            if (!condition.Holds.IsTrue(read.AsSpan()))
                return new StepEnd.Broken(Since(started), $"{condition.Text} is broken (status {reading.Status}, {reading.Body.Length} bytes)");
        var captured = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, capture) in plan.Captures)
        {
            if (capture.Take(reading.Answer) is not { } value) return new StepEnd.Broken(Since(started), $"its answer does not hold {name}: {plan.Step.Capture[name]} (status {reading.Status}, {reading.Body.Length} bytes)");
            captured[name] = value;
        }
        return new StepEnd.Passed(Since(started), captured);
    }

    private Sight Answered(long started, Dictionary<string, Duration> times, string failed, string why)
    {
        var roundTrip = Since(started);
        SignalValue[] values =
        [
            SignalValue.Of(roundTrip.TotalSeconds),
            SignalValue.Of(failed.Length == 0),
            SignalValue.Of((double)(failed.Length == 0 ? times.Count : times.Count - 1)),
            SignalValue.Of(failed),
            SignalValue.Of(why),
        ];
        return new Sight(new Outcome.Answered(roundTrip),
        [
            .. schema.Signals.Select(signal => signal.Test is null
                ? values[plain.IndexOf(signal.Definition.Name)]
                : times.TryGetValue(signal.Argument!, out var time) ? SignalValue.Of(time.TotalSeconds) : SignalValue.Missing),
        ]);
    }

    /// <summary>The sight of one step as the journey's.</summary>
    private static Sight Named(Sight sight, string step) => sight with
    {
        Outcome = sight.Outcome switch
        {
            Outcome.Refused refused => refused with { Message = $"step {step}: {refused.Message}" },
            Outcome.TimedOut late => late with { Phase = $"{late.Phase} of step {step}" },
            Outcome.ProbeFault or Outcome.Answered => sight.Outcome,
            _ => throw new InvalidOperationException("Outcome is a closed hierarchy."),
        },
    };

    /// <summary>Knows what was given and what was captured.</summary>
    private static Redaction Redacting(StepPlan plan, Dictionary<string, string> values) => new(values.Values.Concat(plan.Step.Headers.Values));

    private Duration Since(long started) => Duration.FromTimeSpan(environment.Time.GetElapsedTime(started));
}
