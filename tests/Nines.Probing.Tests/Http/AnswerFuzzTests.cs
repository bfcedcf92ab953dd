using System.Text;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Http;
using NodaTime;

namespace Nines.Probing.Tests.Http;

/// <summary>Answers damaged in every way, from fixed seeds: nothing throws, nothing outlasts its limit.</summary>
public sealed class AnswerFuzzTests
{
    private static readonly string[] Bodies =
    [
        """{"jsonrpc":"2.0","id":1,"result":{"height":"0x12ab","peers":[1,2,{"a":null}],"big":123456789012345678901234567890,"ok":true,"f":-1.5e300}}""",
        "[[[[1]]]]",
        "<html><body>All systems é ok</body></html>",
        "\"\\ud800\"",
        "1e999999999",
    ];

    private static readonly string[] Charsets = ["utf-8", "utf-16", "utf-32", "iso-8859-1", "us-ascii", "utf-7", "x", "", "\"utf-8", "utf-16BE"];

    private static readonly SignalSchema Schema = Look.Define("http", new HttpOptions { Url = new Uri("http://x.example/") }, null,
        ("body", "contains", "ok"), ("body", "matches", @"(\w+\s*)*k"), ("body", "matches", @"(?<=a)(b|b)+c"),
        ("json", "path", "$.result.peers[2].a"), ("json", "path", "$.result.big"), ("json", "path", "$[0][0][0][-1]"), ("json", "path", "$"), ("header", "name", "etag")).Signals;

    [Fact]
    public void Ten_thousand_damaged_answers_are_read_without_a_throw()
    {
        var readout = new Readout(Schema, new HttpProbeType().Signals);
        var plain = Enumerable.Repeat(SignalValue.Of(1d), new HttpProbeType().Signals.Count(signal => !signal.TakesArgument)).ToArray();
        var random = new Random(20260101);
        for (var i = 0; i < 10_000; i++)
        {
            var bytes = Damage(Encoding.UTF8.GetBytes(Bodies[random.Next(Bodies.Length)]), random);
            var text = AnswerText.Decode(bytes, Charsets[random.Next(Charsets.Length)]);
            var values = readout.Read(plain, new Answer(text) { Cut = i % 7 == 0 });
            Assert.Equal(Schema.Signals.Length, values.Length);
            Assert.All(values, value => Assert.False(double.IsInfinity(value.Number)));
        }
    }

    [Fact]
    public void Ten_thousand_damaged_paths_are_a_path_or_a_mistake()
    {
        var random = new Random(42);
        for (var i = 0; i < 10_000; i++)
        {
            var text = Encoding.Latin1.GetString(Damage("$.a.b[0]['c d'][\"e\"].f[-1]"u8.ToArray(), random));
            Assert.NotEqual(JsonPath.TryParse(text, out _, out var mistake), mistake is not null);
        }
        Assert.False(JsonPath.TryParse("$" + string.Concat(Enumerable.Repeat("[0]", 65)), out _, out _));
        Assert.False(JsonPath.TryParse("$." + new string('a', 2000), out _, out _));
    }

    [Theory]
    [InlineData("$.a['c d'][1]", "7")]
    [InlineData("$.a['c d'][-1]", "7")]
    [InlineData("$.a['c d'][2]", "missing")]
    [InlineData("$.a['c d']", "missing")]
    [InlineData("$.big", "115792089237316195423570985008687907853269984665640564039457584007913129639935")]
    [InlineData("$.n.x", "missing")]
    [InlineData("$.t", "text")]
    public void A_path_leads_to_one_value(string path, string expected)
    {
        using var document = System.Text.Json.JsonDocument.Parse(
            """{"a":{"c d":[6,7]},"n":null,"t":"text","big":115792089237316195423570985008687907853269984665640564039457584007913129639935}""");
        Assert.True(JsonPath.TryParse(path, out var parsed, out _));
        Assert.Equal(expected, parsed.Read(document.RootElement).ToString());
    }

    [Fact]
    public async Task Three_hundred_damaged_answers_over_a_socket_end_as_an_outcome_in_time()
    {
        const string good = "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n5\r\n{\"a\":\r\n2\r\n1}\r\n0\r\n\r\n";
        var random = new Random(5);
        byte[] next = [];
        await using var server = new HostileServer(async (stream, stop) =>
        {
            await HostileServer.ReadHeadAsync(stream, stop);
            await stream.WriteAsync(next, stop);
        });
        var limit = Duration.FromSeconds(5);
        var definition = Look.Define("http", new HttpOptions { Url = server.Url() }, limit, ("json", "path", "$.a"), ("body", "contains", "1"), ("header", "name", "x-a"));
        await using var probe = Look.Make(definition);
        var kinds = new HashSet<string>();
        for (var i = 0; i < 300; i++)
        {
            next = i % 10 == 0 ? RandomBytes(random) : Damage(Encoding.Latin1.GetBytes(good), random);
            var sight = await Look.OnceAsync(probe, limit);
            Assert.IsNotType<Outcome.ProbeFault>(sight.Outcome);
            kinds.Add(sight.Outcome is Outcome.Refused refused ? refused.Code : sight.Outcome.GetType().Name);
        }
        Assert.Superset(new HashSet<string> { "Answered", "malformed_answer", "answer_truncated" }, kinds);
    }

    private static byte[] RandomBytes(Random random)
    {
        var bytes = new byte[random.Next(2000)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Damage(byte[] good, Random random)
    {
        var bytes = good.ToList();
        for (var times = random.Next(0, 4); times >= 0 && bytes.Count > 0; times--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes.RemoveRange(at, bytes.Count - at); break;
                case 2: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(20, bytes.Count - at))); break;
                case 3: bytes.InsertRange(at, Enumerable.Repeat((byte)'[', random.Next(200))); break;
                case 4: bytes.RemoveAt(at); break;
            }
        }
        return [.. bytes];
    }
}
