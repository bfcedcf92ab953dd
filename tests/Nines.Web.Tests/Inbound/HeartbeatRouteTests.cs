using System.Net;
using Nines.Probing.Inbound;
using NodaTime;

namespace Nines.Web.Tests.Inbound;

public sealed class HeartbeatRouteTests
{
    private const string Token = "0123456789abcdef";
    private readonly Inbox inbox = new(expected: 1);

    private static Instant Now() => Instant.FromDateTimeOffset(TimeProvider.System.GetUtcNow());

    [Fact]
    public async Task Every_usual_method_beats_and_a_body_is_no_matter()
    {
        await using var server = await Server.StartAsync(Server.Options(inbox));
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head, HttpMethod.Post, HttpMethod.Put })
        {
            using var beats = inbox.RegisterBeats(Token, Now);
            Assert.Equal(HttpStatusCode.OK, await server.SendAsync(method, $"/heartbeat/{Token}?run=7", method == HttpMethod.Post ? new ByteArrayContent(new byte[100_000]) : null));
            Assert.NotNull(beats.Last);
        }
    }

    [Fact]
    public async Task A_job_that_reports_while_Nines_starts_is_asked_to_come_back()
    {
        await using var server = await Server.StartAsync(Server.Options(inbox));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await server.SendAsync(HttpMethod.Post, $"/heartbeat/{Token}"));
        using var beats = inbox.RegisterBeats(Token, Now);
        Assert.Equal(HttpStatusCode.OK, await server.SendAsync(HttpMethod.Post, $"/heartbeat/{Token}"));
    }

    [Fact]
    public async Task Only_the_right_token_beats()
    {
        await using var server = await Server.StartAsync(Server.Options(inbox));
        using var beats = inbox.RegisterBeats(Token, Now);
        foreach (var wrong in new[] { "", Token[1..], Token + "0", Token.ToUpperInvariant(), "x/" + Token, Token + "/x", new string('a', 3000) })
            Assert.Equal(HttpStatusCode.NotFound, await server.SendAsync(HttpMethod.Post, $"/heartbeat/{wrong}"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, await server.SendAsync(HttpMethod.Delete, $"/heartbeat/{Token}"));
        Assert.Null(beats.Last);
    }

    [Fact]
    public async Task Nothing_of_a_request_comes_back_in_the_answer()
    {
        await using var server = await Server.StartAsync(Server.Options(inbox));
        using var beats = inbox.RegisterBeats(Token, Now);
        foreach (var path in new[] { "/heartbeat/mark-in-the-path", "/mark-in-the-path", "/healthz?mark-in-the-path" })
            Assert.DoesNotContain("mark", await server.RawAsync($"GET {path} HTTP/1.1\r\nHost: mark\r\nX: mark\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rubbish_does_not_stop_the_listening()
    {
        await using var server = await Server.StartAsync(Server.Options(inbox));
        using var beats = inbox.RegisterBeats(Token, Now);
        var random = new Random(7);
        for (var i = 0; i < 100; i++)
        {
            using var socket = await server.ConnectAsync();
            var rubbish = new byte[random.Next(1, 20_000)];
            random.NextBytes(rubbish);
            if (i % 3 == 0) rubbish = System.Text.Encoding.ASCII.GetBytes(new string('\n', i) + "GET  HTTP/1.1\r\n\r\n");
            await socket.SendAsync(rubbish);
        }
        Assert.Equal(HttpStatusCode.OK, await server.SendAsync(HttpMethod.Post, $"/heartbeat/{Token}"));
        Assert.NotNull(beats.Last);
    }
}
