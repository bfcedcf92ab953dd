using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Nines.Core.Observations;
using Nines.Probing.WebSockets;
using NodaTime;

namespace Nines.Probing.Tests.WebSocketStreams;

public sealed class WebSocketProbeTests
{
    private static readonly Duration Short = Duration.FromMilliseconds(300);

    private static HostileServer Serve(Func<WebSocket, NetworkStream, CancellationToken, Task> talk) => new(async (stream, stop) =>
    {
        var head = await HostileServer.ReadHeadAsync(stream, stop);
        var key = head.Split("\r\n").Single(line => line.StartsWith("Sec-WebSocket-Key: ", StringComparison.OrdinalIgnoreCase))[19..];
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"), stop);
        using var socket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true });
        await talk(socket, stream, stop);
    });

    private static Task SayAsync(WebSocket socket, string text, CancellationToken stop) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, stop);

    private static async Task IdleAsync(WebSocket socket, CancellationToken stop)
    {
        while ((await socket.ReceiveAsync(new byte[100], stop)).MessageType != WebSocketMessageType.Close)
        {
            // Answers pings by reading.
        }
    }

    [Fact]
    public async Task Messages_after_subscribing_are_counted_and_read()
    {
        await using var server = Serve(async (socket, _, stop) =>
        {
            var buffer = new byte[100];
            var got = await socket.ReceiveAsync(buffer, stop);
            for (var i = 1; i <= 3; i++) await SayAsync(socket, $$"""{"echo":"{{Encoding.UTF8.GetString(buffer, 0, got.Count)}}","n":{{i}}}""", stop);
            await IdleAsync(socket, stop);
        });
        var definition = Look.Define("websocket", new WebSocketOptions { Url = server.Url(scheme: "ws"), Subscribe = ["trades"] }, null, ("message", "contains", "trades"), ("json", "path", "$.n"));
        await using var probe = Look.Make(definition);

        var messages = 0d;
        Sight sight = default;
        while (messages < 3)
        {
            sight = await Look.OnceAsync(probe, Look.Long);
            messages += sight.Value(definition, "messages").Number;
        }

        Assert.Equal(3, messages);
        Assert.True(sight.Value(definition, "connected").Flag);
        Assert.InRange(sight.Value(definition, "silence").Number, 0, 20);
        Assert.True(sight.Value(definition, "message").Flag);
        Assert.Equal(3, sight.Value(definition, "json").Number);
        Assert.Equal(1, server.Accepted); // held, not made for each look
    }

    [Fact]
    public async Task Only_messages_of_the_stream_end_a_silence()
    {
        await using var server = Serve(async (socket, _, stop) =>
        {
            await SayAsync(socket, "heartbeat", stop);
            await SayAsync(socket, "trade", stop);
            await SayAsync(socket, "heartbeat", stop);
            await IdleAsync(socket, stop);
        });
        var definition = Look.Define("websocket", new WebSocketOptions { Url = server.Url(scheme: "ws"), Only = "trade" });
        await using var probe = Look.Make(definition);

        var messages = 0d;
        while (messages < 1) messages += (await Look.OnceAsync(probe, Look.Long)).Value(definition, "messages").Number;
        Assert.Equal(5, (await Look.OnceAsync(probe, Look.Long)).Value(definition, "message_bytes").Number);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_forced_disconnect_that_can_be_mended_is_a_hint_and_no_failure(bool reset)
    {
        await using var server = Serve((socket, _, stop) => IdleAsync(socket, stop));
        var definition = Look.Define("websocket", new WebSocketOptions { Url = server.Url(scheme: "ws") });
        var events = new ConcurrentQueue<TripwireEvent>();
        await using var probe = Look.Make(definition);
        probe.HoldTripwire(events.Enqueue);
        Assert.IsType<Outcome.Answered>((await Look.OnceAsync(probe, Look.Long)).Outcome);

        server.DropAll(reset);
        await Look.UntilAsync(() => !events.IsEmpty, "the break");
        Assert.IsType<Outcome.Answered>((await Look.OnceAsync(probe, Look.Long)).Outcome);
        await Look.UntilAsync(() => events.Count == 2, "the return");

        Assert.Equal([true, false], events.Select(one => one.Broke));
        Assert.Equal(2, server.Accepted);
    }

    [Fact]
    public async Task A_time_in_which_we_may_have_been_deaf_is_no_silence_of_the_stream()
    {
        var first = true;
        var reachable = true;
        await using var server = Serve(async (socket, stream, stop) =>
        {
            if (!first)
            {
                await IdleAsync(socket, stop); // connected again, and not a word yet
                return;
            }
            first = false;
            await SayAsync(socket, "tick", stop);
            await IdleAsync(socket, stop);
        });
        await using var uplink = new HostileServer(async (stream, stop) =>
        {
            await HostileServer.ReadHeadAsync(stream, stop);
            if (!reachable)
            {
                stream.Socket.Close(0); // as a cut line does, after the proxy took the call
                return;
            }
            using var onward = new TcpClient();
            await onward.ConnectAsync("127.0.0.1", server.Port, stop);
            await stream.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\n\r\n"), stop);
            await Task.WhenAny(stream.CopyToAsync(onward.GetStream(), stop), onward.GetStream().CopyToAsync(stream, stop));
        });
        var now = Instant.FromUtc(2026, 1, 1, 0, 0);
        var environment = Look.Environment with { Now = () => now };
        var definition = Look.Define("websocket", new WebSocketOptions { Url = server.Url(scheme: "ws") });
        await using var probe = Look.Make(definition, Look.Path(uplink.Url()), environment);
        while ((await Look.OnceAsync(probe, Look.Long)).Value(definition, "message_bytes").IsMissing) await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);

        reachable = false;
        uplink.Stop();
        uplink.StartAgain();
        while ((await Look.OnceAsync(probe, Look.Long)).Outcome is Outcome.Answered) await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        now += Duration.FromMinutes(10);
        reachable = true;
        var again = await Look.OnceAsync(probe, Look.Long);
        Assert.Equal(0, again.Value(definition, "silence").Number);

        now += Duration.FromSeconds(7);
        Assert.Equal(7, (await Look.OnceAsync(probe, Look.Long)).Value(definition, "silence").Number); // from here on it is the stream's own
    }

    [Fact]
    public void A_cut_too_short_to_fail_an_attempt_is_no_silence_either_unless_the_connection_had_never_spoken()
    {
        var start = Instant.FromUtc(2026, 1, 1, 0, 0);
        var log = new MessageLog(keepText: false);
        log.Connected(start);
        log.Note(start + Duration.FromSeconds(1), "tick"u8, 4);
        log.Ended();
        log.Connected(start + Duration.FromSeconds(9.1));
        Assert.Equal(start + Duration.FromSeconds(9.1), log.Take().Since); // what came in between we could not hear

        log.Ended();
        log.Connected(start + Duration.FromSeconds(20));
        Assert.Equal(start + Duration.FromSeconds(9.1), log.Take().Since); // a stream that only connects is silent
    }

    [Fact]
    public async Task A_server_that_is_gone_is_refused()
    {
        await using var server = Serve((socket, _, stop) => IdleAsync(socket, stop));
        var definition = Look.Define("websocket", new WebSocketOptions { Url = server.Url(scheme: "ws") });
        var events = new ConcurrentQueue<TripwireEvent>();
        await using var probe = Look.Make(definition);
        probe.HoldTripwire(events.Enqueue);
        Assert.IsType<Outcome.Answered>((await Look.OnceAsync(probe, Look.Long)).Outcome);

        server.Stop();
        await Look.UntilAsync(() => !events.IsEmpty, "the break");
        (await Look.OnceAsync(probe, Look.Long)).Refusal("connection_refused");
    }

    [Theory]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", "handshake_refused")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "handshake_refused")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: bm9wZQ==\r\n\r\n", "handshake_failed")]
    [InlineData("", "handshake_cut")]
    public async Task A_handshake_that_fails_is_refused(string answer, string code)
    {
        await using var server = HostileServer.Answering(answer);
        (await Look.OnceAsync(Look.Define("websocket", new WebSocketOptions { Url = server.Url(scheme: "ws") }))).Refusal(code);
    }

    [Fact]
    public async Task A_handshake_without_an_answer_times_out()
    {
        await using var server = HostileServer.Hanging("");
        (await Look.OnceAsync(Look.Define("websocket", new WebSocketOptions { Url = server.Url(scheme: "ws") }, Short), since: server.Asked)).TimesOutIn("handshake");
    }

    [Fact]
    public async Task Huge_messages_are_measured_but_not_kept()
    {
        await using var server = Serve(async (socket, _, stop) =>
        {
            for (var i = 0; i < 16; i++) await socket.SendAsync(new byte[1 << 20], WebSocketMessageType.Binary, i == 15, stop);
            await IdleAsync(socket, stop);
        });
        var environment = Look.Environment with { MaxAnswerBytes = 1 << 16 };
        var definition = Look.Define("websocket", new WebSocketOptions { Url = server.Url(scheme: "ws") }, null, ("message", "contains", "x"));
        await using var probe = Look.Make(definition, environment: environment);

        var sight = await Look.OnceAsync(probe, Look.Long);
        while (sight.Value(definition, "message_bytes").IsMissing) sight = await Look.OnceAsync(probe, Look.Long);
        Assert.Equal(16 << 20, sight.Value(definition, "message_bytes").Number);
        Assert.True(sight.Value(definition, "message").IsMissing);
    }

    [Fact]
    public async Task Frames_of_random_bytes_end_the_connection_and_nothing_else()
    {
        var random = new Random(3);
        await using var server = Serve(async (_, stream, stop) =>
        {
            var rubbish = new byte[2000];
            random.NextBytes(rubbish);
            await stream.WriteAsync(rubbish, stop);
        });
        await using var probe = Look.Make(Look.Define("websocket", new WebSocketOptions { Url = server.Url(scheme: "ws") }));
        for (var i = 0; i < 50; i++) Assert.IsNotType<Outcome.ProbeFault>((await Look.OnceAsync(probe, Look.Long)).Outcome);
    }
}
