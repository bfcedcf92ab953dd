using System.Security.Cryptography;
using System.Text;
using Nines.Core;
using Nines.Core.Observations;
using Nines.Probing.Orders;
using Nines.Probing.Paths;
using Nines.Probing.Venues;
using NodaTime;

namespace Nines.Probing.Fix;

/// <summary>What a look sees of the session.</summary>
/// <param name="Unanswered">When the last message came before a silence in which our TestRequest was not answered either; null when the session stands.</param>
internal sealed record FixView(
    bool Stands, Instant LastIn, Duration? RoundTrip, ClockDifference? Clock, (TradingStatus Status, string Word)? Trading,
    int Reconnects, int Gaps, int Garbled, int Rejects, bool SequenceReset, Instant? Unanswered);

/// <summary>
/// Holds a session: whenever it ends it is had again, ever more slowly. One loop owns the connection; looks read what it knows, and
/// orders go through it. What the session must know later is in its file before it is on the wire.
/// </summary>
internal sealed partial class FixLink : IAsyncDisposable
{
    private const int LongestMessage = 64 << 10;

    private static readonly Duration FirstRest = Duration.FromMilliseconds(250);
    private static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(5);

    private readonly FixOptions options;
    private readonly NetworkPath path;
    private readonly ProbeEnvironment environment;
    private readonly Duration timeout;
    private readonly Redaction redaction;
    private readonly HostPort target;
    private readonly TlsRequest? tls;
    private readonly string sender;
    private readonly StatusWatch status;
    private readonly CancellationTokenSource stopping = new();
    private readonly SemaphoreSlim wake = new(0, 1);
    private readonly Lock gate = new();                     // guards what follows
    private KeptFile<FixState>? kept;
    private FixSession? session;
    private FixDesk? desk;
    private TaskCompletionSource changed = Fresh();
    private (Sight Sight, Instant At)? failure;             // of the last attempt; null once a session stands
    private Instant? unanswered;
    private Instant? resetAt;                               // when the venue's numbers were found to be others than ours
    private bool untold;                                    // the silence was not yet seen by a look
    private int lowLogons;
    private int resetsSeen;                                 // of the session that runs
    private int reconnects;
    private (int Gaps, int Garbled, int Rejects) over, told;// of the sessions before; what looks have been told
    private bool stoodBefore;
    private Instant? leaving;                               // since when we take back what stands, to end
    private string phase = Phases.Connect;
    private volatile Action<TripwireEvent>? report;
    private Task running = Task.CompletedTask;

    public FixLink(FixOptions options, NetworkPath path, ProbeEnvironment environment, Duration timeout, Redaction redaction)
    {
        (this.options, this.path, this.environment, this.timeout, this.redaction) = (options, path, environment, timeout, redaction);
        target = HostPort.Parse(options.Target);
        tls = options.Tls ? new TlsRequest { ServerName = options.ServerName, Roots = TlsRequest.RootsFrom(options.CaFile) } : null;
        sender = FixTerm.SenderOf(options, path.VantagePoint.Id.ToString());
        status = new StatusWatch(options);
    }

    public void HoldTripwire(Action<TripwireEvent> broke) => report = broke;

    /// <summary>Waits until a session stands, or until an attempt that this look has waited for has failed.</summary>
    /// <returns>What there is to see, or why there is nothing.</returns>
    public async Task<(FixView? View, Sight Failure)> SeeAsync(CancellationToken limit)
    {
        lock (gate)
        {
            if (running.IsCompleted && !stopping.IsCancellationRequested) running = Task.Run(() => RunAsync(stopping.Token), CancellationToken.None);
        }
        var began = environment.Now();
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (session?.Phase == FixPhase.Active || untold) return (View(), default);
                if (failure is { } failed && failed.At >= began) return unanswered is null ? (null, failed.Sight) : (View(), default);
                next = changed.Task;
            }
            await next.WaitAsync(limit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!limit.IsCancellationRequested) continue;
            lock (gate)
            {
                if (unanswered is not null) return (View(), default);
                // Between two attempts the last one's failure is the newest that is known: as of then.
                if (failure is { } last) return (null, last.Sight with { NewsDelay = Duration.Max(Duration.Zero, environment.Now() - last.At) });
                return (null, new PathFailure.TimedOut(phase).ToSight(timeout, redaction));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
        lock (gate) kept?.Dispose();
        wake.Dispose();
        stopping.Dispose();
    }

    /// <summary>Does something with the session, if one stands, and lets the loop write what came of it.</summary>
    private void Post(Action<Instant> act)
    {
        lock (gate)
        {
            if (session?.Phase != FixPhase.Active) return;
            act(environment.Now());
        }
        Wake();
    }

    private void Wake()
    {
        try
        {
            wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake already.
        }
    }

    private async Task RunAsync(CancellationToken stop)
    {
        try
        {
            var doubted = false;
            for (var rest = FirstRest; ;)
            {
                var began = environment.Now();
                var stood = await AttemptAsync(stop).ConfigureAwait(false);
                if (stop.IsCancellationRequested) return;
                rest = stood && environment.Now() - began > Duration.FromSeconds(1) ? FirstRest : Duration.Min(rest * 2, options.LogonEvery);
                // Numbers that did not fit: the same question again, once, at once.
                doubted = lowLogons == 1 && !doubted;
                if (doubted) continue;
                await Task.Delay(rest.ToTimeSpan(), environment.Time, stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Disposed: the only way out.
        }
    }

    /// <returns>True when a session stood.</returns>
    private async Task<bool> AttemptAsync(CancellationToken stop)
    {
        try
        {
            OpenFile();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            Fail(new Sight(new Outcome.ProbeFault(redaction.Apply($"numbers_unkept: {e.Message}")), []));
            return false;
        }
        phase = Phases.Connect;
        using var attempt = new CancellationTokenSource(AttemptLimit, environment.Time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop, attempt.Token);
        var result = await path.OpenAsync(target, tls, limit.Token, entered => phase = entered).ConfigureAwait(false);
        if (stop.IsCancellationRequested)
        {
            if (result is PathResult.Open unused) await unused.Connection.DisposeAsync().ConfigureAwait(false);
            return false;
        }
        if (result is PathResult.Failed failed)
        {
            Fail(failed.Failure.ToSight(timeout, redaction));
            return false;
        }
        phase = Phases.Logon;
        var connection = ((PathResult.Open)result).Connection;
        await using (connection.ConfigureAwait(false))
        {
            var (stood, lost) = await HoldAsync(connection.Stream, stop).ConfigureAwait(false);
            Ended(stood, lost);
            return stood;
        }
    }

    private void OpenFile()
    {
        lock (gate)
        {
            if (kept is null)
            {
                // The name tells people which session it is; the hash keeps two apart that differ in other characters only.
                var identity = $"{sender}\n{options.TargetCompId}\n{target}";
                var name = $"fix-{sender}-{options.TargetCompId}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)))[..8]}";
                if (environment.Folder is { } folder) kept = KeptFile<FixState>.Open(folder, name);
                else if (options.Numbers == FixNumbering.EachLogon) kept = KeptFile<FixState>.InMemory();
                else throw new IOException("a session whose numbers go on needs the data folder of nines up; only one with numbers: each_logon can be tried without");
                desk = options is { Orders: { } orders, Symbol: { } symbol } ? new FixDesk(orders, symbol, kept, Filled) : null;
            }
            var now = environment.Now();
            var begun = options.NumbersBeginAt is { } at ? Timetable.LastBeginning(at, options.Zone, now) : (Instant?)null;
            var fresh = options.Numbers == FixNumbering.EachLogon || (begun is { } last && last.ToUnixTimeTicks() > kept.Value.BegunAt && kept.Value.BegunAt > 0);
            if (fresh || (begun is not null && kept.Value.BegunAt == 0))
                kept.Save(kept.Value with { NextIn = fresh ? 1 : kept.Value.NextIn, NextOut = fresh ? 1 : kept.Value.NextOut, BegunAt = begun?.ToUnixTimeTicks() ?? 0 });
        }
    }

    /// <summary>Runs one connection to its end.</summary>
    private async Task<(bool Stood, PathFailure? Lost)> HoldAsync(Stream stream, CancellationToken stop)
    {
        var reader = new FixReader(LongestMessage);
        var now = environment.Now();
        lock (gate) (session, resetsSeen) = (new FixSession(FixTerm.Of(options, sender, timeout) with { TakesLowLogon = lowLogons > 0 }, kept!, now), 0);
        PathFailure? lost = null;
        using var ending = new CancellationTokenSource();
        var reading = stream.ReadAsync(reader.Room(), ending.Token).AsTask();
        var woken = wake.WaitAsync(ending.Token);
        var stopped = Task.Delay(Timeout.InfiniteTimeSpan, environment.Time, stop);
        try
        {
            while (await FlushAsync(stream).ConfigureAwait(false))
            {
                using var sleep = CancellationTokenSource.CreateLinkedTokenSource(ending.Token);
                Duration due;
                lock (gate) due = Duration.Max(Duration.Zero, session!.NextDue - environment.Now());
                var sleeping = Task.Delay(Duration.Min(due, Duration.FromSeconds(1)).ToTimeSpan() + TimeSpan.FromMilliseconds(1), environment.Time, sleep.Token);
                await Task.WhenAny(reading, woken, sleeping, stopped).ConfigureAwait(false);
                await sleep.CancelAsync().ConfigureAwait(false);
                if (woken.IsCompleted) woken = wake.WaitAsync(ending.Token);
                if (reading.IsCompleted)
                {
                    var read = await reading.ConfigureAwait(false);
                    Take(reader, read);
                    reading = read == 0 ? Task.FromResult(0) : stream.ReadAsync(reader.Room(), ending.Token).AsTask();
                    if (read == 0) await FlushAsync(stream).ConfigureAwait(false);
                }
                lock (gate) Step(stop.IsCancellationRequested);
                if (stopped.IsCompleted) stopped = new TaskCompletionSource().Task;   // it is known; what is left ends by its own limits
            }
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            lost = PathFailure.Of(e, target.ToString(), phase);
            lock (gate) session!.Closed();
        }
        await ending.CancelAsync().ConfigureAwait(false);
        await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await woken.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (gate) return (session!.ActiveSince is not null, lost);
    }

    /// <summary>Writes what the session has to say.</summary>
    /// <returns>False when the session is over and all is said.</returns>
    private async Task<bool> FlushAsync(Stream stream)
    {
        while (true)
        {
            byte[]? next;
            bool over;
            lock (gate) (next, over) = (session!.Outgoing.TryDequeue(out var bytes) ? bytes : null, session.Phase == FixPhase.Ended);
            if (next is null) return !over;
            using var patience = new CancellationTokenSource(AttemptLimit, environment.Time);
            try
            {
                await stream.WriteAsync(next, patience.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                throw new IOException("the venue does not read");
            }
        }
    }

    private void Take(FixReader reader, int read)
    {
        lock (gate)
        {
            var now = environment.Now();
            var before = session!.Phase;
            if (read == 0) session.Closed();
            else reader.Came(read);
            while (reader.Next() is { } frame) session.Received(frame, now);
            if (session.Resets > resetsSeen) (resetAt, resetsSeen) = (now, session.Resets);
            while (session.Application.TryDequeue(out var message))
            {
                status.Take(message);
                desk?.Take(message, now);
            }
            if (before == FixPhase.LoggingOn && session.Phase == FixPhase.Active) Standing(now);
        }
    }

    private void Standing(Instant now)
    {
        var again = stoodBefore;
        if (again) reconnects++;
        (stoodBefore, failure, lowLogons) = (true, null, 0);
        if (!untold) unanswered = null;
        status.Ask(session!, now);
        desk?.CancelAll(session!, now, urgent: true);
        Tell();
        if (again) report?.Invoke(new TripwireEvent(now, Broke: false));
    }

    private void Step(bool stop)
    {
        var now = environment.Now();
        var current = session!;
        if (current.Phase == FixPhase.Active)
        {
            if (desk is not null && desk.Current is not { Stage: FixDesk.Stage.Sent or FixDesk.Stage.Standing }) desk.CancelAll(current, now, urgent: false);
            // What may stand in the book is taken back before we leave; for so long as a goodbye may take.
            if (stop && desk is { Record.Open.IsEmpty: false })
            {
                leaving ??= now;
                desk.CancelAll(current, now, urgent: leaving == now);
            }
            if (stop && (desk is null or { Record.Open.IsEmpty: true } || now >= leaving + Duration.FromSeconds(2))) current.Logout(now);
        }
        else if (stop && current.Phase == FixPhase.LoggingOn)
        {
            current.Logout(now);
        }
        current.Tick(now);
    }

    private void Ended(bool stood, PathFailure? lost)
    {
        var now = environment.Now();
        lock (gate)
        {
            var end = session!.End ?? new FixEnd.Over(null, false);
            over = Counted();
            SaveQuietly(Follow(end));
            if (end is FixEnd.Unanswered silence) (unanswered, untold) = (silence.Last, true);
            // The first time that numbers do not fit is no word on whether a session can be had: that the next attempt tells, at once.
            var renumbered = lowLogons == 1 && end is (FixEnd.TooLow or FixEnd.Refused { Expecting: not null });
            if (!renumbered && (!stood || end is FixEnd.TooLow or FixEnd.Wrong)) failure = (WhyEnded(end, lost, session), now);
            session = null;
            Tell();
        }
        if (stood) report?.Invoke(new TripwireEvent(now, Broke: true));
    }

    /// <summary>What the end means for the numbers: what the venue says twice running is how it numbers now.</summary>
    private FixState Follow(FixEnd end)
    {
        var state = kept!.Value;
        switch (end)
        {
            case FixEnd.TooLow:
                lowLogons++;
                return state;
            case FixEnd.Refused { Expecting: { } expecting } when expecting > state.NextOut:
                resetAt = environment.Now();
                return ++lowLogons > 1 ? state with { NextOut = expecting } : state;
            default:
                return state;
        }
    }

    private void SaveQuietly(FixState state)
    {
        try
        {
            kept!.Save(state);
        }
        catch (IOException e)
        {
            environment.Troubled($"the numbers of the FIX session with {options.TargetCompId} could not be written", e);
        }
    }

    private Sight WhyEnded(FixEnd end, PathFailure? lost, FixSession ended) => end switch
    {
        FixEnd.Refused refused => Refused("logon_refused", $"{target} refused the Logon: {refused.Text}"),
        FixEnd.TooLow low => Refused("sequence_too_low", $"{target} is at message {low.Received} where {low.Expected} was due: its numbers began anew, and messages may be lost"),
        FixEnd.Wrong wrong => Refused(wrong.Code, $"{target}: {wrong.Why}"),
        FixEnd.Late when ended.GarbledMessages > 0 => Refused("malformed", $"{target} answers with something that is not FIX"),
        FixEnd.Late => new PathFailure.TimedOut(Phases.Logon).ToSight(timeout, redaction),
        _ when lost is not null => lost.ToSight(timeout, redaction),
        _ when ended.GarbledMessages > 0 => Refused("malformed", $"{target} answers with something that is not FIX, and hangs up"),
        _ => Refused("hung_up", $"{target} ended the connection without an answer to the Logon"),
    };

    private void Fail(Sight sight)
    {
        lock (gate)
        {
            failure = (sight, environment.Now());
            Tell();
        }
    }

    private FixView View()
    {
        var now = environment.Now();
        var stands = session?.Phase == FixPhase.Active;
        // It is told until the new numbers have held for as long as a heartbeat takes.
        if (stands && resetAt is { } at && now > Instant.Max(at, session!.ActiveSince!.Value) + options.Heartbeat) resetAt = null;
        var counted = Counted();
        var view = new FixView(
            stands, session?.LastIn ?? now, session?.RoundTrip, session?.Clock, status.Said, reconnects,
            counted.Gaps - told.Gaps, counted.Garbled - told.Garbled, counted.Rejects - told.Rejects, resetAt is not null, unanswered);
        (told, reconnects, untold) = (counted, 0, false);
        if (stands) unanswered = null;
        return view;
    }

    /// <summary>Over all connections.</summary>
    private (int Gaps, int Garbled, int Rejects) Counted() =>
        (over.Gaps + (session?.Gaps ?? 0), over.Garbled + (session?.GarbledMessages ?? 0), over.Rejects + (session?.Rejects ?? 0));

    private Sight Refused(string code, string message) => new(new Outcome.Refused(code, redaction.Apply(message)), []);

    private void Tell()
    {
        var told = changed;
        changed = Fresh();
        told.TrySetResult();
    }

    private static TaskCompletionSource Fresh() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
