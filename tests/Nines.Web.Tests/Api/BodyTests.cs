using System.Net;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Nines.Core.Control;
using Nines.Testing;
using Nines.Web.Api;
using Nines.Web.Api.Routing;
using NodaTime;

namespace Nines.Web.Tests.Api;

/// <summary>Bodies and whatever else a caller may send.</summary>
public sealed class BodyTests
{
    [Fact]
    public async Task A_body_becomes_what_the_watch_is_told()
    {
        await using var server = await ApiServer.StartAsync();
        var got = await server.PostAsync("/api/v1/pause", """{"components":["shop","pay"],"for":"1h30m","reason":"new disks"}""");
        Assert.Equal(HttpStatusCode.OK, got.Answer.StatusCode);
        Assert.Equal("nines.told/1", got.Json.GetProperty("schema").GetString());
        var (command, _) = Assert.Single(server.Told);
        var pause = Assert.IsType<ControlCommand.PauseProbing>(command);
        Assert.Equal((2, Duration.FromMinutes(90), "new disks"), (pause.Components.Length, pause.For, pause.Reason));
    }

    [Theory]
    [InlineData("", "$", "is missing")]
    [InlineData("[]", "$", "not a JSON object")]
    [InlineData("{", "$", "is not JSON")]
    [InlineData("{}", "$.components", "is missing")]
    [InlineData("""{"components":["shop"],"resaon":"x"}""", "$.resaon", "Did you mean 'reason'?")]
    [InlineData("""{"components":["shop"],"note":"x"}""", "$.note", "There are: components, for")]
    [InlineData("""{"components":["shop"],"components":["pay"]}""", "$.components", "is there twice")]
    [InlineData("""{"components":["Not A Name"]}""", "$", "'Not A Name' is not a component name")]
    [InlineData("""{"components":"shop"}""", "$.components", "is not what this route takes")]
    [InlineData("""{"components":["shop"],"for":"1 fortnight"}""", "$.for", "is not a duration")]
    [InlineData("""{"components":["shop"],"for":5}""", "$.for", "is not what this route takes")]
    [InlineData("""{"components":["shop"]} x""", "$", "is not JSON")]
    public async Task A_wrong_body_is_refused_by_path_and_in_our_words(string body, string path, string words)
    {
        await using var server = await ApiServer.StartAsync();
        var got = await server.PostAsync("/api/v1/pause", body);
        ApiServer.AssertProblem(got, HttpStatusCode.BadRequest, "NIN4333");
        Assert.Equal(path, got.Json.GetProperty("mistakes")[0].GetProperty("name").GetString());
        Assert.Contains(words, got.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Nines.", got.Json.GetRawText(), StringComparison.Ordinal);
        Assert.Empty(server.Told);
    }

    [Fact]
    public async Task A_body_of_another_kind_or_size_is_refused()
    {
        await using var server = await ApiServer.StartAsync();
        ApiServer.AssertProblem(await server.PostAsync("/api/v1/pause", "components=shop", "application/x-www-form-urlencoded"), HttpStatusCode.UnsupportedMediaType, "NIN4335");
        ApiServer.AssertProblem(await server.PostAsync("/api/v1/pause", $$"""{"components":["shop"],"reason":"{{new string('x', 1 << 20)}}"}"""), HttpStatusCode.RequestEntityTooLarge, "NIN4334");
        ApiServer.AssertProblem(await server.PostAsync("/api/v1/reload", """{"config":"x"}"""), HttpStatusCode.BadRequest, "NIN4333");
        // Without a length, in pieces.
        var chunked = await server.Raw.RawAsync($"POST /api/v1/pause HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n{string.Concat(Enumerable.Repeat($"4000\r\n{new string(' ', 0x4000)}\r\n", 64))}0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 413", chunked, StringComparison.Ordinal);
        Assert.Empty(server.Told);
    }

    [Fact]
    public void Whatever_a_body_is_it_is_read_or_refused() => Check.One(SameDraws.Config.WithMaxTest(2_000), Prop.ForAll(
        ArbMap.Default.ArbFor<(byte[] Bytes, int At, byte To)>(), given =>
        {
            var valid = Encoding.UTF8.GetBytes("""{"components":["shop","pay"],"for":"1h","reason":"a \u00e4 {[]} b"}""");
            if (given.At >= 0) valid[given.At % valid.Length] = given.To;
            foreach (var bytes in (byte[][])[given.Bytes, valid, [.. valid.Take(Math.Abs(given.At % 60))], Encoding.UTF8.GetBytes(new string('[', given.To) + "\ud800")])
                try
                {
                    Assert.False(ApiBody.Read<PauseBody>(bytes).Components.IsDefault);
                }
                catch (ApiProblem problem)
                {
                    Assert.Equal(400, problem.Status);
                }
        }));

    [Fact]
    public async Task No_query_makes_a_defect()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Watched.ConfigAsync("shop");
        var random = new Random(7);
        string[] names = ["after", "form", "kind", "component", "cursor", "limit", "%00", "%", "", "%ff%fe", "a b"];
        for (var i = 0; i < 300; i++)
        {
            var query = string.Join('&', Enumerable.Range(0, random.Next(1, 6)).Select(_ =>
                $"{names[random.Next(names.Length)]}={(random.Next(3) switch { 0 => Uri.EscapeDataString(new string([.. Enumerable.Range(0, random.Next(40)).Select(_ => (char)random.Next(1, 0xd800))])), 1 => "-9223372036854775809", _ => "%%%2%zz+" })}"));
            using var answer = await server.Client.GetAsync(new Uri($"http://{server.Raw.Endpoint}/api/v1/{(random.Next(2) == 0 ? "watch" : "events")}?{query}"), HttpCompletionOption.ResponseHeadersRead);
            Assert.True((int)answer.StatusCode < 500, $"{query}: {answer.StatusCode}");
        }
        Assert.Empty(server.Said);
    }
}
