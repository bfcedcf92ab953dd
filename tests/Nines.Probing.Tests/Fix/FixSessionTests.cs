using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Nines.Probing.Fix;
using Nines.Probing.Orders;
using Nines.Testing;
using NodaTime;

namespace Nines.Probing.Tests.Fix;

/// <summary>The session rules, on virtual time.</summary>
public sealed class FixSessionTests : IDisposable
{
    private static readonly Duration Beat = Duration.FromSeconds(30);

    private readonly ManualTimeProvider time = new();
    private readonly KeptFile<FixState> kept = KeptFile<FixState>.InMemory();
    private readonly FixSession session;
    private readonly List<FixMessage> said = [];

    public FixSessionTests() => session = Begin(kept);

    private Instant Now => Instant.FromDateTimeOffset(time.GetUtcNow());

    public void Dispose() => kept.Dispose();

    private FixSession Begin(KeptFile<FixState> file, bool takesLowLogon = false) =>
        new(new FixTerms("FIX.4.4", "NINES", "VENUE", Beat, (_, _) => []) { TakesLowLogon = takesLowLogon }, file, Now);

    private void Hear(FixSession by, string type, long number, string fields = "", string from = "49=VENUE|56=NINES")
    {
        var reader = new FixReader(4_096);
        var bytes = FixWireTests.Message($"35={type}|{from}|34={number.ToString(CultureInfo.InvariantCulture)}|52={FixMessage.TimeText(Now)}{(fields.Length > 0 ? "|" + fields : "")}");
        bytes.CopyTo(reader.Room());
        reader.Came(bytes.Length);
        by.Received(reader.Next()!, Now);
    }

    private void Hear(string type, long number, string fields = "") => Hear(session, type, number, fields);

    /// <summary>What has been sent since the last call.</summary>
    private List<FixMessage> Sent(FixSession? by = null)
    {
        said.Clear();
        while ((by ?? session).Outgoing.TryDequeue(out var bytes))
        {
            var reader = new FixReader(4_096);
            bytes.CopyTo(reader.Room());
            reader.Came(bytes.Length);
            said.Add(Assert.IsType<FixFrame.Whole>(reader.Next()).Message);
        }
        return said;
    }

    private void LogOn()
    {
        Hear("A", 1, "98=0|108=30");
        Assert.Equal(FixPhase.Active, session.Phase);
        Sent();
    }

    private void Pass(Duration by)
    {
        time.Advance(by.ToTimeSpan());
        session.Tick(Now);
    }

    [Fact]
    public void The_logon_has_no_encryption_a_heartbeat_and_never_the_flag_that_resets_numbers()
    {
        var logon = Assert.Single(Sent());
        Assert.Equal(("A", "0", "30", 1L, (string?)null), (logon.Type, logon[98], logon[108], logon.Number(34), logon[141]));
        LogOn();
    }

    [Fact]
    public void Silence_is_tested_after_a_heartbeat_and_a_fifth_and_called_so_after_another_heartbeat_from_the_last_message_on()
    {
        LogOn();
        var last = Now;
        Pass(Duration.FromSeconds(35.9));
        Assert.DoesNotContain(Sent(), message => message.Type == "1");
        Pass(Duration.FromSeconds(0.1));
        Assert.Contains(Sent(), message => message.Type == "1");
        Pass(Duration.FromSeconds(29.9));
        Assert.Null(session.End);
        Pass(Duration.FromSeconds(0.1));
        Assert.Equal(new FixEnd.Unanswered(last), session.End);
    }

    [Fact]
    public void Any_message_ends_the_silence()
    {
        LogOn();
        Pass(Duration.FromSeconds(40));
        Hear("0", 2);
        Pass(Duration.FromSeconds(35));
        Assert.Null(session.End);
        Pass(Duration.FromSeconds(1));
        Pass(Duration.FromSeconds(30));
        Assert.IsType<FixEnd.Unanswered>(session.End);
    }

    [Fact]
    public void A_test_request_is_answered_with_its_id_and_a_quiet_side_beats()
    {
        LogOn();
        Hear("1", 2, "112=are you there");
        Assert.Equal("are you there", Assert.Single(Sent(), message => message.Type == "0")[112]);
        Pass(Duration.FromSeconds(30));
        Assert.Contains(Sent(), message => message is { Type: "0" } && message[112] is null);
    }

    [Fact]
    public void Missing_numbers_are_asked_for_once_and_filled_before_what_came_early_counts()
    {
        LogOn();
        Hear("8", 5, "11=late");
        Hear("8", 6, "11=later");
        var asked = Assert.Single(Sent());
        Assert.Equal(("2", "2", "0"), (asked.Type, asked[7], asked[16]));
        Assert.Empty(session.Application);
        Hear("4", 2, "43=Y|122=20260101-00:00:00|123=Y|36=5");
        Hear("8", 5, "43=Y|122=20260101-00:00:00|11=late");
        Hear("8", 6, "43=Y|122=20260101-00:00:00|11=later");
        Assert.Equal(["late", "later"], session.Application.Select(message => message[11]));
        Assert.Equal((7, 1), (kept.Value.NextIn, session.Gaps));
    }

    [Fact]
    public void Our_own_messages_are_filled_never_said_again()
    {
        LogOn();
        session.SendApplication("D", [new(11, "n9")], Now);
        session.SendApplication("F", [new(11, "n8")], Now);
        Sent();
        Hear("2", 2, "7=1|16=0");
        var fill = Assert.Single(Sent());
        Assert.Equal(("4", 1L, "Y", "Y", "4"), (fill.Type, fill.Number(34), fill[123], fill[43], fill[36]));
        Hear("2", 3, "7=2|16=2");
        Assert.Equal((2L, "3"), (Assert.Single(Sent()).Number(34), said[0][36]));
        Assert.Equal(4, kept.Value.NextOut);
    }

    [Theory]
    [InlineData("7=9|16=0")]
    [InlineData("7=0|16=0")]
    [InlineData("7=2|16=1")]
    [InlineData("7=1")]
    public void A_request_for_numbers_that_were_never_used_is_rejected(string fields)
    {
        LogOn();
        Hear("2", 2, fields);
        Assert.Equal("3", Assert.Single(Sent()).Type);
    }

    [Fact]
    public void A_number_that_was_there_before_ends_the_session_unless_it_is_marked_as_a_repetition()
    {
        LogOn();
        Hear("0", 2);
        Hear("0", 2, "43=Y|122=20260101-00:00:00");
        Assert.Null(session.End);
        Hear("0", 2);
        Assert.Equal(new FixEnd.TooLow(3, 2), session.End);
        Assert.Equal("MsgSeqNum too low, expecting 3 but received 2", Assert.Single(Sent())[58]);
        Assert.Equal(1, session.Resets);
    }

    [Fact]
    public void A_venue_that_began_anew_is_found_and_taken_at_its_word_the_second_time()
    {
        using var old = KeptFile<FixState>.InMemory();
        old.Save(new FixState { NextIn = 500, NextOut = 300 });
        var first = Begin(old);
        Hear(first, "A", 1, "98=0|108=30");
        Assert.Equal(new FixEnd.TooLow(500, 1), first.End);
        var second = Begin(old, takesLowLogon: true);
        Hear(second, "A", 2, "98=0|108=30");
        Assert.Equal((FixPhase.Active, 3L, 1), (second.Phase, old.Value.NextIn, second.Resets));
        Assert.All(Sent(second), message => Assert.Null(message[141]));
    }

    [Fact]
    public void A_venue_that_expects_a_higher_number_of_ours_says_which()
    {
        Hear("5", 1, "58=MsgSeqNum too low, expecting 57 but received 1");
        Assert.Equal(57, Assert.IsType<FixEnd.Refused>(session.End).Expecting);
    }

    [Fact]
    public void A_reset_goes_forward_only()
    {
        LogOn();
        Hear("4", 900, "36=20");
        Assert.Equal((20L, 1), (kept.Value.NextIn, session.Resets));
        Hear("4", 20, "36=5");
        Assert.Equal("3", Assert.Single(Sent()).Type);
        Assert.Equal(20L, kept.Value.NextIn);
    }

    [Fact]
    public void A_logout_is_answered_and_ours_is_given_its_time()
    {
        LogOn();
        Hear("5", 2, "58=session ends");
        Assert.Equal("5", Assert.Single(Sent()).Type);
        Assert.Equal(new FixEnd.Over("session ends", false), session.End);

        using var file = KeptFile<FixState>.InMemory();
        var mine = Begin(file);
        Hear(mine, "A", 1, "98=0|108=30");
        mine.Logout(Now);
        Assert.Equal("5", Sent(mine)[^1].Type);
        time.Advance(TimeSpan.FromSeconds(1.9));
        mine.Tick(Now);
        Assert.Null(mine.End);
        time.Advance(TimeSpan.FromSeconds(0.1));
        mine.Tick(Now);
        Assert.Equal(new FixEnd.Over(null, true), mine.End);
    }

    [Theory]
    [InlineData("A", "49=OTHER|56=NINES", "comp_id_mismatch")]
    [InlineData("A", "49=VENUE|56=TRADER", "comp_id_mismatch")]
    [InlineData("0", "49=VENUE|56=NINES", "not_logged_on")]
    public void What_is_no_session_of_ours_is_left(string type, string from, string code)
    {
        Hear(session, type, 1, "98=0|108=30", from);
        Assert.Equal(code, Assert.IsType<FixEnd.Wrong>(session.End).Code);
    }

    [Fact]
    public void A_logon_without_an_answer_is_late()
    {
        Pass(Duration.FromSeconds(10));
        Assert.IsType<FixEnd.Late>(session.End);
    }

    [Fact]
    public void A_clock_that_is_off_is_measured_by_question_and_answer_not_by_what_came_one_way()
    {
        LogOn();
        Assert.True(session.Clock!.Value.Surely < Duration.FromMilliseconds(10));
        time.Advance(TimeSpan.FromSeconds(10));
        time.StepWallClock(TimeSpan.FromSeconds(3));   // the venue's, as far as its next message tells
        var theirs = FixMessage.TimeText(Now);
        time.StepWallClock(TimeSpan.FromSeconds(-3));
        var heartbeat = FixWireTests.Message($"35=0|49=VENUE|56=NINES|34=2|52={theirs}");
        Feed(heartbeat);
        var id = Assert.Single(Sent(), message => message.Type == "1")[112];
        Assert.True(session.Clock!.Value.Surely < Duration.FromMilliseconds(10));
        Feed(FixWireTests.Message($"35=0|49=VENUE|56=NINES|34=3|52={theirs}|112={id}"));
        Assert.InRange(session.Clock!.Value.Surely.TotalSeconds, 2.99, 3);

        void Feed(byte[] bytes)
        {
            var reader = new FixReader(4_096);
            bytes.CopyTo(reader.Room());
            reader.Came(bytes.Length);
            session.Received(reader.Next()!, Now);
        }
    }

    private enum Act { Next, NextApplication, Early, Repeated, Garbled, TestRequest, Resend, GapFill, SecondPasses, HalfMinutePasses, Reset }

    /// <summary>Whatever an acceptor does within the rules, and whenever: numbers of ours are used once and in order, theirs are never skipped, silence is called so in time.</summary>
    [Fact]
    public void A_session_keeps_its_rules_whatever_the_other_side_does() => Prop.ForAll(
        Gen.ArrayOf(Gen.Elements(Enum.GetValues<Act>()), 40).ToArbitrary(), acts =>
        {
            var clock = new ManualTimeProvider();
            Instant At() => Instant.FromDateTimeOffset(clock.GetUtcNow());
            using var file = KeptFile<FixState>.InMemory();
            var subject = new FixSession(new FixTerms("FIX.4.4", "NINES", "VENUE", Beat, (_, _) => []), file, At());
            var (theirs, ours, lastHeard) = (1L, 1L, At());
            Tell("A", "98=0|108=30");
            foreach (var act in acts)
            {
                if (subject.Phase == FixPhase.Ended) break;
                var expected = file.Value.NextIn;
                switch (act)
                {
                    case Act.Next: Tell("0", ""); break;
                    case Act.NextApplication: Tell("8", "11=x"); break;
                    case Act.Early: theirs += 3; Tell("0", ""); break;
                    case Act.Repeated: Say("0", Math.Max(1, expected - 1), "43=Y|122=20260101-00:00:00"); break;
                    case Act.Garbled: subject.Received(new FixFrame.Garbled("x", 9), At()); break;
                    case Act.TestRequest: Tell("1", "112=t"); break;
                    case Act.Resend: Tell("2", "7=1|16=0"); break;
                    case Act.GapFill: Say("4", expected, $"43=Y|122=20260101-00:00:00|123=Y|36={Math.Max(theirs, expected + 1)}"); theirs = Math.Max(theirs, expected + 1); break;
                    case Act.Reset: theirs = Math.Max(theirs, expected) + 5; Say("4", theirs, $"36={theirs}"); break;
                    case Act.SecondPasses: Wait(1); break;
                    case Act.HalfMinutePasses: Wait(30); break;
                }
                Assert.True(file.Value.NextIn >= expected, "the number that is expected went back");
                Assert.True(file.Value.NextIn <= theirs, "a number of theirs was skipped");
                Check();
            }

            void Wait(int seconds)
            {
                for (var i = 0; i < seconds && subject.Phase != FixPhase.Ended; i++)
                {
                    clock.Advance(TimeSpan.FromSeconds(1));
                    subject.Tick(At());
                }
                var silent = At() - lastHeard;
                if (subject.End is FixEnd.Unanswered end) Assert.True(end.Last == lastHeard && silent >= Beat * 2.2 && silent <= Beat * 2.2 + Duration.FromSeconds(2), $"called silent after {silent}");
                else Assert.True(silent < Beat * 2.2 + Duration.FromSeconds(2), $"not called silent after {silent}");
            }

            void Tell(string type, string fields) => Say(type, theirs++, fields);

            void Say(string type, long number, string fields)
            {
                lastHeard = At();
                var reader = new FixReader(4_096);
                var bytes = FixWireTests.Message($"35={type}|49=VENUE|56=NINES|34={number}|52={FixMessage.TimeText(At())}{(fields.Length > 0 ? "|" + fields : "")}");
                bytes.CopyTo(reader.Room());
                reader.Came(bytes.Length);
                subject.Received(reader.Next()!, At());
            }

            void Check()
            {
                foreach (var message in Sent(subject))
                {
                    Assert.Null(message[FixTag.ResetSeqNumFlag]);
                    if (message.Flag(FixTag.PossDupFlag)) Assert.Equal((FixType.SequenceReset, true), (message.Type, message.Number(36) <= file.Value.NextOut));
                    else Assert.Equal(ours++, message.Number(FixTag.MsgSeqNum));
                }
                Assert.Equal(ours, file.Value.NextOut);
            }
        }).Check(SameDraws.Config.WithMaxTest(2_000));
}
