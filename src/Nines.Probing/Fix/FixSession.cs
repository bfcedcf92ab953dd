using System.Globalization;
using System.Text.RegularExpressions;
using Nines.Probing.Orders;
using Nines.Probing.Venues;
using NodaTime;

namespace Nines.Probing.Fix;

/// <summary>What a session is agreed to be.</summary>
/// <param name="Heartbeat">HeartBtInt (108).</param>
/// <param name="LogonFields">What else the Logon has, given its number and its SendingTime; never ResetSeqNumFlag.</param>
internal sealed record FixTerms(string BeginString, string Sender, string Target, Duration Heartbeat, Func<long, string, IEnumerable<FixField>> LogonFields)
{
    /// <summary>How long an answer to our Logon may take.</summary>
    public Duration LogonLimit { get; init; } = Duration.FromSeconds(10);

    /// <summary>How long the other side may take to answer our Logout.</summary>
    public Duration LogoutLimit { get; init; } = Duration.FromSeconds(2);

    /// <summary>The venue numbers anew, as it has said before: a Logon below the expected number is taken as its new beginning.</summary>
    public bool TakesLowLogon { get; init; }
}

/// <summary>
/// One connection of a FIX session, initiator's side, by the session rules of FIX 4.4 (volume 2). Pure: it is told what came and what time it
/// is, and leaves what is to be sent in <see cref="Outgoing"/> after the numbers that it uses are kept. Not safe from several threads.
/// </summary>
/// <remarks>Application messages that are asked for again are never repeated, only their numbers are filled: an old order must not be sent twice.</remarks>
internal sealed partial class FixSession
{
    /// <summary>HeartBtInt and 20 % for the way: so long after the last message another one is overdue (FIX 4.4, volume 2, "Test Request").</summary>
    public const double Overdue = 1.2;

    private static readonly Duration ClockEvery = Duration.FromMinutes(1);
    /// <summary>How often the clock is measured at most, and never more often than heartbeats go.</summary>
    private static readonly Duration ClockAtMost = Duration.FromSeconds(5);

    private static readonly Duration ClockSlack = Duration.FromSeconds(1);

    private readonly FixTerms terms;
    private readonly KeptFile<FixState> kept;
    private readonly Instant begun;
    private Instant lastOut;
    private Instant? testedAt;        // our TestRequest that tells whether anybody is there
    private Instant? resendAskedAt;
    private long highest;             // number of the newest message seen beyond a gap
    private long tests;
    private (string Id, Instant At)? clockTest;
    private Instant clockAt;

    public FixSession(FixTerms terms, KeptFile<FixState> kept, Instant now)
    {
        (this.terms, this.kept, begun, lastOut, LastIn, clockAt) = (terms, kept, now, now, now, now);
        var number = kept.Value.NextOut;
        FixField[] agreed = [new(FixTag.EncryptMethod, "0"), new(FixTag.HeartBtInt, Text((long)terms.Heartbeat.TotalSeconds))];
        Send(FixType.Logon, [.. agreed, .. terms.LogonFields(number, FixMessage.TimeText(now))], now);
    }

    public FixPhase Phase { get; private set; } = FixPhase.LoggingOn;

    /// <summary>Null while it is not over.</summary>
    public FixEnd? End { get; private set; }

    /// <summary>When the last whole message came; before the first, when the connection was made.</summary>
    public Instant LastIn { get; private set; }

    /// <summary>When the Logon was answered; null before that.</summary>
    public Instant? ActiveSince { get; private set; }

    /// <summary>From our Logon to its answer, or from the last TestRequest to its; null before the first.</summary>
    public Duration? RoundTrip { get; private set; }

    /// <summary>The venue's clock against ours; null before an answer told.</summary>
    public ClockDifference? Clock { get; private set; }

    /// <summary>Messages to write, in order.</summary>
    public Queue<byte[]> Outgoing { get; } = new();

    /// <summary>What is not the session's own, in order, each once; for the caller to take out.</summary>
    public Queue<FixMessage> Application { get; } = new();

    /// <summary>Numbers that were missing and were asked for again, garbled messages, messages of ours that were rejected, resets of the venue's numbers; since the connection was made.</summary>
    public int Gaps { get; private set; }
    public int GarbledMessages { get; private set; }
    public int Rejects { get; private set; }
    public int Resets { get; private set; }

    /// <summary>When the session next has something to do by itself.</summary>
    public Instant NextDue => Phase switch
    {
        FixPhase.LoggingOn => begun + terms.LogonLimit,
        FixPhase.LoggingOut => lastOut + terms.LogoutLimit,
        FixPhase.Active => Instant.Min(Instant.Min(lastOut + terms.Heartbeat, clockAt + ClockEvery), testedAt is { } tested ? tested + terms.Heartbeat : LastIn + terms.Heartbeat * Overdue),
        FixPhase.Ended => Instant.MaxValue,
    };

    public void Received(FixFrame frame, Instant now)
    {
        if (Phase == FixPhase.Ended) return;
        if (frame is FixFrame.Whole whole) Received(whole.Message, now);
        else GarbledMessages++;
    }

    /// <summary>The other side closed the connection, or it broke.</summary>
    public void Closed() => Finish(new FixEnd.Over(null, Phase == FixPhase.LoggingOut));

    /// <summary>Lets what is due happen.</summary>
    public void Tick(Instant now)
    {
        switch (Phase)
        {
            case FixPhase.LoggingOn when now >= begun + terms.LogonLimit:
                Finish(new FixEnd.Late());
                break;
            case FixPhase.LoggingOut when now >= lastOut + terms.LogoutLimit:
                Finish(new FixEnd.Over(null, true));
                break;
            case FixPhase.Active:
                TickActive(now);
                break;
        }
    }

    /// <summary>Sends an application message; only while <see cref="FixPhase.Active"/>.</summary>
    public void SendApplication(string type, IEnumerable<FixField> fields, Instant now)
    {
        if (Phase != FixPhase.Active) throw new InvalidOperationException("The session does not stand.");
        Send(type, fields, now);
    }

    /// <summary>Says goodbye: the other side answers, or the limit ends it.</summary>
    public void Logout(Instant now)
    {
        if (Phase != FixPhase.Active)
        {
            Finish(new FixEnd.Over(null, true));
            return;
        }
        Send(FixType.Logout, [], now);
        Phase = FixPhase.LoggingOut;
    }

    private void TickActive(Instant now)
    {
        if (testedAt is { } tested)
        {
            if (now >= tested + terms.Heartbeat)
            {
                Finish(new FixEnd.Unanswered(LastIn));
                return;
            }
        }
        else if (now >= LastIn + terms.Heartbeat * Overdue)
        {
            testedAt = now;
            Send(FixType.TestRequest, [new(FixTag.TestReqId, NextTestId(now))], now);
        }
        if (now >= clockAt + ClockEvery) MeasureClock(now);
        if (now >= lastOut + terms.Heartbeat) Send(FixType.Heartbeat, [], now);
    }

    private void Received(FixMessage message, Instant now)
    {
        LastIn = now;
        testedAt = null;
        if (Mismatch(message) is { } wrong)
        {
            Leave(wrong, wrong.Why, now);
            return;
        }
        if (Phase == FixPhase.LoggingOn && message.Type is not (FixType.Logon or FixType.Logout or FixType.Reject))
        {
            Leave(new FixEnd.Wrong("not_logged_on", $"the answer to our Logon was a message of type {message.Type}"), "first message is not a Logon", now);
            return;
        }
        if (message.Number(FixTag.MsgSeqNum) is not { } number)
        {
            Leave(new FixEnd.Wrong("unnumbered", "a message without MsgSeqNum (34)"), "required tag missing: 34", now);
            return;
        }
        ReadClock(message, now);
        if (message.Type == FixType.Logon) ReceivedLogon(message, number, now);
        else if (message.Type == FixType.SequenceReset && !message.Flag(FixTag.GapFillFlag)) Reset(message, number, now);
        else if (number < kept.Value.NextIn) TooLow(message, number, now);
        else if (number > kept.Value.NextIn) TooHigh(message, number, now);
        else InOrder(message, number, now);
    }

    private void ReceivedLogon(FixMessage message, long number, Instant now)
    {
        var expected = kept.Value.NextIn;
        if (message.Flag(FixTag.ResetSeqNumFlag))
        {
            // We never ask for it; a venue that does it all the same has begun anew on both sides, our Logon being number 1.
            if (expected > 1 || kept.Value.NextOut > 2) Resets++;
            kept.Save(kept.Value with { NextIn = number, NextOut = 2 });
        }
        else if (number < expected && !message.Flag(FixTag.PossDupFlag))
        {
            Resets++;
            if (!terms.TakesLowLogon)
            {
                TooLow(message, number, now);
                return;
            }
            kept.Save(kept.Value with { NextIn = number });
        }
        if (Phase == FixPhase.LoggingOn)
        {
            (Phase, ActiveSince, RoundTrip) = (FixPhase.Active, now, now - begun);
            if (message.ParsedTime(FixTag.SendingTime) is { } said) (Clock, clockAt) = (ClockDifference.Of(new VenueTime(said.At, said.Granularity), begun, now), now);
        }
        if (number > kept.Value.NextIn) TooHigh(message, number, now);
        else if (number == kept.Value.NextIn) Took(number);
    }

    private void InOrder(FixMessage message, long number, Instant now)
    {
        if (message.Problem is { } problem)
        {
            Took(number);
            Reject(message, number, problem, now);
            return;
        }
        switch (message.Type)
        {
            case FixType.SequenceReset:
                if (message.Number(FixTag.NewSeqNo) is { } next && next > number) TookUpTo(next);
                else
                {
                    Took(number);
                    Reject(message, number, "NewSeqNo (36) does not lead on", now);
                }
                return;
            case FixType.Logout:
                Took(number);
                ReceivedLogout(message, now);
                return;
            case FixType.ResendRequest:
                Took(number);
                FillAgain(message, number, now);
                return;
            case FixType.TestRequest:
                Took(number);
                if (message[FixTag.TestReqId] is { } id) Send(FixType.Heartbeat, [new(FixTag.TestReqId, id)], now);
                else Reject(message, number, "required tag missing: 112", now);
                return;
            case FixType.Reject:
                Took(number);
                ReceivedReject(message);
                return;
            case FixType.Heartbeat:
                Took(number);
                return;
            default:
                Took(number);
                Application.Enqueue(message);
                return;
        }
    }

    /// <summary>Something was missed: it is asked for, and what came too early comes again with it. What cannot wait is answered at once.</summary>
    private void TooHigh(FixMessage message, long number, Instant now)
    {
        highest = Math.Max(highest, number);
        var waiting = resendAskedAt is { } asked && now < asked + terms.Heartbeat;
        if (!waiting)
        {
            Gaps++;
            resendAskedAt = now;
            Send(FixType.ResendRequest, [new(FixTag.BeginSeqNo, Text(kept.Value.NextIn)), new(FixTag.EndSeqNo, "0")], now);
        }
        if (message.Type == FixType.ResendRequest) FillAgain(message, number, now);
        else if (message.Type == FixType.Logout) ReceivedLogout(message, now);
        else if (message.Type == FixType.Reject && Phase == FixPhase.LoggingOn) ReceivedReject(message);
    }

    private void TooLow(FixMessage message, long number, Instant now)
    {
        if (message.Flag(FixTag.PossDupFlag)) return;   // we had it
        if (Phase == FixPhase.LoggingOn && message.Type is FixType.Logout or FixType.Reject)
        {
            ReceivedLogout(message, now);               // its words say more than its number
            return;
        }
        if (message.Type != FixType.Logon) Resets++;
        var expected = kept.Value.NextIn;
        Leave(new FixEnd.TooLow(expected, number), $"MsgSeqNum too low, expecting {Text(expected)} but received {Text(number)}", now);
    }

    /// <summary>SequenceReset-Reset: the venue gives up what lies between. Only forward.</summary>
    private void Reset(FixMessage message, long number, Instant now)
    {
        Resets++;
        if (message.Number(FixTag.NewSeqNo) is { } next && next >= kept.Value.NextIn) TookUpTo(next);
        else Reject(message, number, "value is incorrect (out of range): NewSeqNo (36)", now);
    }

    private void ReceivedLogout(FixMessage message, Instant now)
    {
        var said = message[FixTag.Text];
        if (Phase == FixPhase.LoggingOn)
        {
            var expecting = said is not null && TooLowText().Match(said) is { Success: true } match && long.TryParse(match.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : (long?)null;
            Finish(new FixEnd.Refused(said is null ? "without a reason" : Cut(said), expecting));
            return;
        }
        var byUs = Phase == FixPhase.LoggingOut;
        if (!byUs) Send(FixType.Logout, [], now);
        Finish(new FixEnd.Over(said is null ? null : Cut(said), byUs));
    }

    private void ReceivedReject(FixMessage message)
    {
        Rejects++;
        if (Phase == FixPhase.LoggingOn) Finish(new FixEnd.Refused(Cut(message[FixTag.Text] ?? $"Reject, reason {message[FixTag.SessionRejectReason] ?? "none"}"), null));
        else Application.Enqueue(message);
    }

    /// <summary>Answers a ResendRequest: all its numbers are filled, nothing is said again.</summary>
    private void FillAgain(FixMessage message, long number, Instant now)
    {
        var (first, last) = (message.Number(FixTag.BeginSeqNo), message.Number(FixTag.EndSeqNo));
        var next = kept.Value.NextOut;
        if (first is not { } begin || last is not { } end || begin < 1 || begin >= next || (end != 0 && end < begin))
        {
            Reject(message, number, "BeginSeqNo (7) and EndSeqNo (16) are no numbers that we have used", now);
            return;
        }
        var until = end == 0 || end >= next ? next : end + 1;
        FixField[] head = [.. Head(FixType.SequenceReset, begin, now), new(FixTag.PossDupFlag, "Y"), new(FixTag.OrigSendingTime, FixMessage.TimeText(now))];
        Outgoing.Enqueue(FixWriter.Write(terms.BeginString, [.. head, new(FixTag.GapFillFlag, "Y"), new(FixTag.NewSeqNo, Text(until))]));
        lastOut = now;
    }

    private void Reject(FixMessage message, long number, string why, Instant now)
    {
        if (Phase != FixPhase.Active) return;
        List<FixField> fields = [new(FixTag.RefSeqNum, Text(number))];
        if (message.Type.Length > 0) fields.Add(new(FixTag.RefMsgType, message.Type));
        Send(FixType.Reject, [.. fields, new(FixTag.Text, why)], now);
    }

    private FixEnd.Wrong? Mismatch(FixMessage message)
    {
        if (message.BeginString != terms.BeginString) return new FixEnd.Wrong("wrong_version", $"it speaks {Cut(message.BeginString)}, not {terms.BeginString}");
        if (message[FixTag.SenderCompId] != terms.Target || message[FixTag.TargetCompId] != terms.Sender)
            return new FixEnd.Wrong("comp_id_mismatch", $"it calls itself {Cut(message[FixTag.SenderCompId] ?? "nothing")} and us {Cut(message[FixTag.TargetCompId] ?? "nothing")}");
        return null;
    }

    private void ReadClock(FixMessage message, Instant now)
    {
        if (message.ParsedTime(FixTag.SendingTime) is not { } said || message.Flag(FixTag.PossDupFlag)) return;
        var time = new VenueTime(said.At, said.Granularity);
        if (message.Type == FixType.Heartbeat && clockTest is { } test && message[FixTag.TestReqId] == test.Id)
        {
            (Clock, RoundTrip, clockTest, clockAt) = (ClockDifference.Of(time, test.At, now), now - test.At, null, now);
            return;
        }
        // One way only: it may have been long on the way. That is reason to ask, not to say so.
        if (Clock is not { } known || now < clockAt + Duration.Min(ClockAtMost, terms.Heartbeat)) return;
        var ahead = time.Earliest - now > known.Most;
        var behind = time.Earliest + time.Granularity - now < known.Least - ClockSlack;
        if (ahead || behind) MeasureClock(now);
    }

    private void MeasureClock(Instant now)
    {
        if (Phase != FixPhase.Active) return;
        clockAt = now;
        Send(FixType.TestRequest, [new(FixTag.TestReqId, NextTestId(now))], now);
    }

    private string NextTestId(Instant now)
    {
        var id = $"NINES-{Text(++tests)}";
        clockTest = (id, now);
        return id;
    }

    /// <summary>Ends it for a reason that the other side is told.</summary>
    private void Leave(FixEnd end, string told, Instant now)
    {
        Send(FixType.Logout, [new(FixTag.Text, told)], now);
        Finish(end);
    }

    private void Finish(FixEnd end)
    {
        if (Phase == FixPhase.Ended) return;
        (Phase, End) = (FixPhase.Ended, end);
    }

    private void Took(long number) => TookUpTo(number + 1);

    private void TookUpTo(long next)
    {
        kept.Note(kept.Value with { NextIn = next });          // one that is forgotten is asked for again
        if (next > highest) resendAskedAt = null;
    }

    private FixField[] Head(string type, long number, Instant now) =>
    [
        new(FixTag.MsgType, type), new(FixTag.SenderCompId, terms.Sender), new(FixTag.TargetCompId, terms.Target),
        new(FixTag.MsgSeqNum, Text(number)), new(FixTag.SendingTime, FixMessage.TimeText(now)),
    ];

    private void Send(string type, IEnumerable<FixField> fields, Instant now)
    {
        var number = kept.Value.NextOut;
        kept.Save(kept.Value with { NextOut = number + 1 });   // before it can be on the wire: a number is never used twice
        Outgoing.Enqueue(FixWriter.Write(terms.BeginString, [.. Head(type, number, now), .. fields]));
        lastOut = now;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>What a venue says may be long, and is shown to people.</summary>
    private static string Cut(string text) => new([.. text.Take(200).Select(c => char.IsControl(c) ? ' ' : c)]);

    [GeneratedRegex(@"too low.{0,40}?expect\w*\D{0,10}(\d{1,18})", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex TooLowText();
}
