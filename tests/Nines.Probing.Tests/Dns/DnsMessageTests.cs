using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Nines.Probing.Dns;
using Nines.Probing.Dns.Dnssec;
using Nines.Testing;

namespace Nines.Probing.Tests.Dns;

public sealed class DnsMessageTests
{
    private static readonly DnsQuestion Question = new(DnsName.Parse("www.example.org"), DnsType.A);

    /// <summary>Header of an answer with one question and so many answers, then the question.</summary>
    private static byte[] Head(DnsQuery query, int answers, byte flags = 0x84, byte rcode = 0) =>
        [.. query.Wire[..2], flags, rcode, 0, 1, 0, (byte)answers, 0, 0, 0, 0, .. query.Name.Wire, .. query.Wire[^15..^11]];

    private static byte[] Record(byte[] name, ushort type, byte[] data, byte recordClass = 1) =>
        [.. name, (byte)(type >> 8), (byte)(type & 0xFF), 0, recordClass, 0, 0, 1, 44, (byte)(data.Length >> 8), (byte)(data.Length & 0xFF), .. data];

    private static readonly byte[] ToQuestion = [0xC0, 12];

    [Fact]
    public void A_compressed_answer_is_read_and_its_aliases_are_followed()
    {
        var query = new DnsQuery(Question);
        byte[] message =
        [
            .. Head(query, 3),
            .. Record(ToQuestion, DnsType.Cname, [3, (byte)'C', (byte)'d', (byte)'N', 0xC0, 16]),
            .. Record([3, .. "cdn"u8, 0xC0, 16], DnsType.A, [192, 0, 2, 7]),
            .. Record([5, .. "stray"u8, 0], DnsType.A, [192, 0, 2, 8]),
        ];
        Assert.Equal(DnsMatch.Ours, DnsMessage.Match(message, query));
        Assert.True(DnsMessage.TryParse(message, out var answer, out var problem), problem);
        Assert.Equal(["192.0.2.7"], answer.RecordsFor(Question).Select(record => record.Text));
        Assert.Equal("cdn.example.org", answer.Follow(Question)[0][0].Text);
        Assert.Equal(300u, answer.Answers[0].Ttl);
        Assert.True(answer.Authoritative);
    }

    [Fact]
    public void Aliases_in_a_circle_end()
    {
        var query = new DnsQuery(Question);
        byte[] message = [.. Head(query, 1), .. Record(ToQuestion, DnsType.Cname, ToQuestion)];
        Assert.True(DnsMessage.TryParse(message, out var answer, out _));
        Assert.True(answer.RecordsFor(Question).IsEmpty);
    }

    [Theory]
    [InlineData(new byte[] { 0xC0, 33 }, "leads forward or in a circle")]             // to itself
    [InlineData(new byte[] { 0xC0, 200 }, "leads forward or in a circle")]
    [InlineData(new byte[] { 1, 97, 0xC0, 33 }, "leads forward or in a circle")]      // to its own beginning
    [InlineData(new byte[] { 0x80, 1 }, "a label of an unknown kind")]
    [InlineData(new byte[] { 63, 97 }, "runs over its end")]
    public void A_name_that_leads_nowhere_is_malformed(byte[] name, string problem)
    {
        byte[] message = [.. Head(new DnsQuery(Question), 1), .. name];
        Assert.Equal(33, message.Length - name.Length);
        Assert.False(DnsMessage.TryParse(message, out _, out var said));
        Assert.Contains(problem, said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_grows_over_255_octets_by_pointers_is_malformed()
    {
        byte[] Label(char c) => [60, .. Encoding.ASCII.GetBytes(new string(c, 60))];
        var query = new DnsQuery(Question);
        // Each name is a label before the name before it.
        List<byte> message = [.. Head(query, 5)];
        var before = 12;
        for (var i = 0; i < 5; i++)
        {
            var at = message.Count;
            message.AddRange(Record([.. Label('a'), (byte)(0xC0 | before >> 8), (byte)(before & 0xFF)], DnsType.A, [1, 2, 3, 4]));
            before = at;
        }
        Assert.False(DnsMessage.TryParse([.. message], out _, out var problem));
        Assert.Equal("a name is longer than 255 octets", problem);
    }

    [Theory]
    [InlineData(1, new byte[] { 1, 2, 3 })]
    [InlineData(28, new byte[] { 1, 2, 3, 4 })]
    [InlineData(16, new byte[] { 9, 65 })]
    [InlineData(16, new byte[0])]
    [InlineData(15, new byte[] { 0 })]
    [InlineData(2, new byte[] { 0, 0 })]
    [InlineData(6, new byte[] { 0, 0, 1 })]
    [InlineData(257, new byte[] { 0, 5, 65 })]
    [InlineData(43, new byte[] { 1 })]
    public void Data_that_does_not_fit_its_type_is_malformed(int type, byte[] data)
    {
        byte[] message = [.. Head(new DnsQuery(Question), 1), .. Record(ToQuestion, (ushort)type, data)];
        Assert.False(DnsMessage.TryParse(message, out _, out var problem));
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void Only_the_answer_to_the_very_question_is_ours()
    {
        var query = new DnsQuery(Question);
        var right = Head(query, 0);
        Assert.Equal(DnsMatch.Ours, DnsMessage.Match(right, query));
        Assert.Equal(DnsMatch.NotOurs, DnsMessage.Match(query.Wire, query));                                   // the question itself
        Assert.Equal(DnsMatch.NotOurs, DnsMessage.Match(Head(new DnsQuery(Question with { Type = DnsType.Aaaa }), 0), query));
        for (var at = 0; at < right.Length; at++)
        {
            if (at is >= 6 and < 12) continue;                          // counts: no part of the question
            var changed = (byte[])right.Clone();
            changed[at] ^= 0x01;
            if (at is 2 or 3) continue;                                // RD, RCODE: the answer's own
            Assert.Equal(DnsMatch.NotOurs, DnsMessage.Match(changed, query));
        }
        right[13] ^= 0x20;   // the first letter of the name
        Assert.Equal(DnsMatch.OtherCase, DnsMessage.Match(right, query));
    }

    [Fact]
    public void Ids_and_cases_are_not_the_same_twice()
    {
        var queries = Enumerable.Range(0, 200).Select(_ => new DnsQuery(new DnsQuestion(DnsName.Parse("a-rather-long-name.example.org"), DnsType.A))).ToList();
        Assert.InRange(queries.Select(query => query.Id).Distinct().Count(), 180, 200);
        Assert.InRange(queries.Select(query => Convert.ToHexString(query.Name.Wire)).Distinct().Count(), 190, 200);
        Assert.All(queries, query => Assert.Equal("a-rather-long-name.example.org", query.Name.ToString()));
    }

    [Fact]
    public void Octets_of_any_kind_are_a_message_or_a_problem_and_never_a_throw()
    {
        var query = new DnsQuery(Question);
        byte[] seed =
        [
            .. Head(query, 6), .. Record(ToQuestion, DnsType.Cname, [3, .. "cdn"u8, 0xC0, 16]), .. Record(ToQuestion, DnsType.Mx, [0, 5, 0xC0, 12]),
            .. Record(ToQuestion, DnsType.Soa, [0xC0, 12, 0xC0, 12, .. new byte[20]]), .. Record(ToQuestion, DnsType.Txt, [2, 65, 66, 0]),
            .. Record(ToQuestion, DnsType.Caa, [0, 5, .. "issuex"u8]), .. Record(ToQuestion, DnsType.Srv, [0, 1, 0, 2, 0, 3, 0xC0, 12]),
        ];
        Assert.True(DnsMessage.TryParse(seed, out _, out _));
        var bytes = Gen.Choose(0, 255).Select(value => (byte)value);
        var damaged =
            from edits in Gen.ListOf(Gen.Zip(Gen.Choose(0, seed.Length - 1), bytes), 6)
            from length in Gen.Frequency((3, Gen.Constant(seed.Length)), (1, Gen.Choose(0, seed.Length)))
            select Damaged(seed, edits, length);
        var random = Gen.Sized(size => Gen.ArrayOf(bytes, size * 4));
        Prop.ForAll(Gen.OneOf(damaged, random).ToArbitrary(), message =>
        {
            DnsMessage.Match(message, query);
            if (!DnsMessage.TryParse(message, out var answer, out var problem)) return problem.Length > 0;
            foreach (var record in answer.Answers.Concat(answer.Authority)) Assert.NotNull(record.Text);
            answer.RecordsFor(Question);
            return true;
        }).Check(SameDraws.Config.WithMaxTest(10_000));
    }

    [Fact]
    public void Keys_and_signatures_of_any_octets_are_wrong_and_never_a_throw()
    {
        var bytes = Gen.ArrayOf(Gen.Choose(0, 255).Select(value => (byte)value));
        Prop.ForAll(Gen.Zip(Gen.Elements<byte>(8, 10, 13, 14, 5, 15, 255), Gen.Zip(bytes, bytes)).ToArbitrary(), given =>
        {
            var (algorithm, (key, signature)) = given;
            return !SignatureAlgorithm.IsValid(algorithm, key, [1, 2, 3], signature)
                && !SignatureAlgorithm.IsValid(algorithm, [3, 1, 0, 1, .. key, .. new byte[128]], [1], signature)
                && !SignatureAlgorithm.IsValid(algorithm, new byte[64], [1], new byte[64]);
        }).Check(SameDraws.Config.WithMaxTest(1_000));
    }

    [Fact]
    public void A_name_reads_back_from_its_text()
    {
        var letters = Gen.Elements("abcXYZ019-_".ToCharArray());
        var label = Gen.Choose(1, 63).SelectMany(length => Gen.ArrayOf(letters, length)).Select(chars => new string(chars));
        Prop.ForAll(Gen.ListOf(label, 3).ToArbitrary(), labels =>
        {
            var text = string.Join('.', labels);
            var name = DnsName.Parse(text);
            return name.ToString() == text.ToLowerInvariant() && name.LabelCount == 3 && name.Equals(DnsName.Parse(text.ToUpperInvariant() + ".")) && name.IsAtOrBelow(name.Parent) && !name.Parent.IsAtOrBelow(name);
        }).Check(SameDraws.Config);
    }

    private static byte[] Damaged(byte[] seed, IEnumerable<(int At, byte With)> edits, int length)
    {
        var changed = (byte[])seed.Clone();
        foreach (var (at, with) in edits) changed[at] = with;
        return changed[..length];
    }
}
