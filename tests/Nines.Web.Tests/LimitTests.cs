using Nines.Testing;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Nines.Web.Tests;

/// <summary>What a caller may cost.</summary>
public sealed class LimitTests
{
    [Fact]
    public async Task A_head_that_is_too_long_is_refused()
    {
        await using var server = await Server.StartAsync(Server.Options());
        Assert.StartsWith("HTTP/1.1 431", await server.RawAsync($"GET /healthz HTTP/1.1\r\nHost: a\r\nX: {new string('x', 9_000)}\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 414", await server.RawAsync($"GET /{new string('x', 5_000)} HTTP/1.1\r\nHost: a\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 431", await server.RawAsync($"GET /healthz HTTP/1.1\r\nHost: a\r\n{string.Concat(Enumerable.Repeat("A: b\r\n", 100))}\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_head_that_never_ends_is_cut_off()
    {
        await using var server = await Server.StartAsync(Server.Options() with { HeadLimit = TimeSpan.FromMilliseconds(200) });
        var answer = await server.RawAsync("GET /healthz HTTP/1.1\r\nHost: a\r\nX: ");
        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_without_a_request_is_closed()
    {
        await using var server = await Server.StartAsync(Server.Options() with { IdleLimit = TimeSpan.FromMilliseconds(200), HeadLimit = TimeSpan.FromMilliseconds(200) });
        Assert.Equal("", await server.RawAsync([]));
        // After an answer too, though the caller would like to keep it.
        Assert.Contains("alive", await server.RawAsync("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_many_connections_do_not_keep_those_out_that_are_served()
    {
        await using var server = await Server.StartAsync(Server.Options() with { MaxConnections = 4 });
        Assert.Equal(HttpStatusCode.OK, await server.SendAsync(HttpMethod.Get, "/healthz")); // keeps its connection
        var idle = new List<Socket>();
        try
        {
            for (var i = 0; i < 20; i++) idle.Add(await server.ConnectAsync());
            // Three have room beside the one that is kept; which of them, and whether that is still there, is the server's to say.
            var begun = TimeProvider.System.GetTimestamp();
            while (idle.Count(IsClosed) < 16)
            {
                Assert.True(TimeProvider.System.GetElapsedTime(begun) < Patience.Most, $"only {idle.Count(IsClosed)} of 20 connections were closed");
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
            }
            Assert.Equal(HttpStatusCode.OK, await server.SendAsync(HttpMethod.Get, "/healthz"));
        }
        finally
        {
            foreach (var socket in idle) socket.Dispose();
        }
    }

    [Fact]
    public async Task An_address_that_is_taken_is_told()
    {
        await using var server = await Server.StartAsync(Server.Options());
        var taken = await Assert.ThrowsAsync<ListenException>(() => Server.StartAsync(Server.Options() with { Listen = server.Endpoint }));
        Assert.StartsWith($"{server.Endpoint}: ", taken.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ListenException>(() => Server.StartAsync(Server.Options() with { Listen = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0) }));
    }

    [Fact]
    public async Task An_answer_does_not_say_what_serves_it_and_is_not_kept_by_anybody()
    {
        await using var server = await Server.StartAsync(Server.Options());
        var head = (await server.RawAsync("GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).Split("\r\n\r\n")[0];
        Assert.DoesNotContain("Server:", head, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Cache-Control: no-store", head, StringComparison.Ordinal);
    }

    private static bool IsClosed(Socket socket)
    {
        try
        {
            return socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0;
        }
        catch (SocketException)
        {
            return true; // reset: closed as well
        }
    }
}
