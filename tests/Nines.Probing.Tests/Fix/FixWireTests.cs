using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Nines.Chains.Tests;
using Nines.Probing.Fix;
using Nines.Probing.Orders;
using NodaTime;

namespace Nines.Probing.Tests.Fix;

/// <summary>FIX messages as bytes.</summary>
public sealed class FixWireTests
{
    private const int Most = 64 << 10;

    /// <summary>With | for SOH; length and checksum are put in.</summary>
    internal static byte[] Message(string fields, string begin = "FIX.4.4")
    {
        var body = fields.Replace('|', '\u0001') + "\u0001";
        var head = $"8={begin}\u00019={Encoding.Latin1.GetByteCount(body)}\u0001";
        var sum = Encoding.Latin1.GetBytes(head + body).Sum(b => b) % 256;
        return Encoding.Latin1.GetBytes($"{head}{body}10={sum:000}\u0001");
    }

    private static List<FixFrame> Read(params byte[][] pieces)
    {
        var (reader, frames) = (new FixReader(Most), new List<FixFrame>());
        foreach (var piece in pieces)
        {
            for (var at = 0; at < piece.Length;)
            {
                var room = reader.Room();
                var count = Math.Min(room.Length, piece.Length - at);
                piece.AsMemory(at, count).CopyTo(room);
                reader.Came(count);
                at += count;
                while (reader.Next() is { } frame) frames.Add(frame);
            }
        }
        return frames;
    }

    private static FixMessage Only(params byte[][] pieces) => Assert.IsType<FixFrame.Whole>(Assert.Single(Read(pieces))).Message;

    [Fact]
    public void A_message_has_the_length_and_the_checksum_that_the_standard_gives_it()
    {
        // The bytes between the fields 9 and 10 count; the checksum is the sum of all bytes before field 10, modulo 256.
        var bytes = FixWriter.Write("FIX.4.4", [new(35, "0"), new(49, "BuySide"), new(56, "SellSide"), new(34, "3"), new(52, "20190605-12:29:20.259"), new(112, "1")]);
        Assert.Equal("8=FIX.4.4|9=64|35=0|49=BuySide|56=SellSide|34=3|52=20190605-12:29:20.259|112=1|10=172|", Encoding.Latin1.GetString(bytes).Replace('\u0001', '|'));
        Assert.Equal(bytes, Message("35=0|49=BuySide|56=SellSide|34=3|52=20190605-12:29:20.259|112=1"));
        var read = Only(bytes);
        Assert.Equal(("FIX.4.4", "0", "SellSide", 3L), (read.BeginString, read.Type, read[56], read.Number(34)));
        Assert.Equal(Instant.FromUtc(2019, 6, 5, 12, 29, 20) + Duration.FromMilliseconds(259), read.Time(52));
    }

    [Fact]
    public void A_message_may_come_in_any_pieces()
    {
        var bytes = Message("35=8|34=7|58=one|150=0");
        for (var cut = 1; cut < bytes.Length; cut++) Assert.Equal("one", Only(bytes[..cut], bytes[cut..])[58]);
        Assert.Equal("one", Only([.. bytes.Select(b => new[] { b })])[58]);
    }

    [Fact]
    public void A_data_field_may_hold_the_separator_and_what_looks_like_a_trailer()
    {
        var data = "a\u000110=000\u00018=FIX.4.4\u0001";
        var read = Only(FixWriter.Write("FIX.4.4", [new(35, "A"), new(34, "1"), new(95, data.Length.ToString(System.Globalization.CultureInfo.InvariantCulture)), new(96, data), new(58, "after")]));
        Assert.Equal((data, "after"), (read[96], read[58]));
    }

    [Theory]
    [InlineData("35=0|34=1|95=99|96=x", "field 96 does not end where its length says")]
    [InlineData("35=0|34=1|58=", "field 58 has no value")]
    [InlineData("35=0|34=1|x=1", "a field without a tag")]
    [InlineData("35=0|34=1|=1", "a field without a tag")]
    [InlineData("35=0|34=1|058=1", "a field without a tag")]
    public void What_breaks_the_grammar_inside_a_whole_message_is_said_and_its_number_is_still_read(string fields, string problem)
    {
        var read = Only(Message(fields));
        Assert.Equal((problem, 1L), (read.Problem, read.Number(34)));
    }

    [Fact]
    public void Garbled_bytes_are_passed_over_and_the_next_message_is_found()
    {
        var good = Message("35=0|34=1");
        byte[] wrongSum = [.. Message("35=0|34=5")];
        wrongSum[^2] ^= 1;
        foreach (var bad in new[] { wrongSum, "HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), "8=FIX.4.4\u00019=5\u000135=0\u000110=000\u0001"u8.ToArray(), "8=FIX.4.4\u00019=999999\u0001"u8.ToArray(), "8=FIX.4.4\u000135=0\u0001"u8.ToArray(), [8] })
        {
            var frames = Read(bad, good);
            Assert.All(frames.SkipLast(1), frame => Assert.IsType<FixFrame.Garbled>(frame));
            Assert.Equal(1, Assert.IsType<FixFrame.Whole>(frames[^1]).Message.Number(34));
        }
    }

    [Fact]
    public void A_message_without_end_is_given_up_at_the_limit_and_memory_stays_bounded()
    {
        var reader = new FixReader(1_024);
        for (var i = 0; i < 1_000; i++)
        {
            var room = reader.Room();
            Assert.InRange(room.Length, 1, 2_048);
            room.Span.Fill((byte)'8');
            reader.Came(room.Length);
            while (reader.Next() is { } frame) Assert.IsType<FixFrame.Garbled>(frame);
        }
    }

    /// <summary>Whatever comes: messages or garble, all bytes accounted for, and a session that reasons about it.</summary>
    [Fact]
    public void Ten_thousand_mutated_messages_end_in_a_reasoned_outcome()
    {
        var time = "52=20260101-00:00:00.000";
        byte[] logon = Message($"35=A|49=VENUE|56=NINES|34=1|{time}|98=0|108=30");
        byte[][] seeds =
        [
            Message($"35=8|49=VENUE|56=NINES|34=2|{time}|37=v1|11=n1|17=e1|150=0|39=0|55=ETH-USD|54=1|151=1|14=0|6=0"),
            Message($"35=2|49=VENUE|56=NINES|34=2|{time}|7=1|16=0"), Message($"35=4|49=VENUE|56=NINES|34=2|{time}|123=Y|36=9"), Message($"35=4|49=VENUE|56=NINES|34=2|{time}|36=9"),
            Message($"35=5|49=VENUE|56=NINES|34=2|{time}|58=MsgSeqNum too low, expecting 57 but received 3"), Message($"35=1|49=VENUE|56=NINES|34=2|{time}|112=x"),
            Message($"35=h|49=VENUE|56=NINES|34=2|{time}|335=a|336=1|340=2"), Message($"35=3|49=VENUE|56=NINES|34=2|{time}|45=1|372=D|373=1|58=x"), Message($"35=0|49=VENUE|56=NINES|34=3|{time}|95=3|96=a\u0001b"),
            [.. Message($"35=0|49=VENUE|56=NINES|34=2|{time}"), .. Message($"35=1|49=VENUE|56=NINES|34=3|{time}|112=y"), .. Message($"35=0|49=VENUE|56=NINES|34=4|{time}")],
        ];
        var now = Instant.FromUtc(2026, 1, 1, 0, 0);
        var terms = new FixTerms("FIX.4.4", "NINES", "VENUE", Duration.FromSeconds(30), (_, _) => []);
        Prop.ForAll(Mutations.Of(seeds), mutated =>
        {
            using var kept = KeptFile<FixState>.InMemory();
            var session = new FixSession(terms, kept, now);
            var began = System.Diagnostics.Stopwatch.GetTimestamp();
            // Some keep their checksum right: what is inside them is read then.
            foreach (var frame in Read(logon, mutated, Sealed(mutated))) session.Received(frame, now);
            session.Tick(now + Duration.FromSeconds(40));
            Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30));
            Assert.True(session.Phase == FixPhase.Ended == session.End is not null);
            Assert.True(kept.Value.NextIn >= 1 && kept.Value.NextOut >= 2);
            Assert.All(session.Outgoing, bytes => Assert.Null(Only(bytes)[FixTag.ResetSeqNumFlag]));
        }).Check(Mutations.Many);
    }

    /// <summary>The same bytes with the length and the checksum that belong to them.</summary>
    private static byte[] Sealed(byte[] mutated)
    {
        var text = Encoding.Latin1.GetString(mutated);
        var body = text.IndexOf("35=", StringComparison.Ordinal) is >= 0 and var at ? text[at..] : "";
        var end = body.LastIndexOf("\u000110=", StringComparison.Ordinal);
        return end > 3 ? Message(body[..end]) : [];
    }
}
