using System.Text;
using Nines.Core.Observations;
using Nines.Probing.Tcp;
using NodaTime;

namespace Nines.Probing.Tests.Tcp;

public sealed class TcpProbeTests
{
    private static readonly Duration Short = Duration.FromMilliseconds(300);

    private static HostileServer Saying(params string[] parts) => new(async (stream, stop) =>
    {
        foreach (var part in parts)
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(part), stop);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, stop);
        }
        stream.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        await stream.ReadExactlyAsync(new byte[1], stop);
    });

    [Fact]
    public async Task A_port_that_accepts_has_answered()
    {
        await using var server = Saying();
        var definition = Look.Define("tcp", new TcpOptions { Target = server.Target.ToString() });
        var sight = await Look.OnceAsync(definition);

        Assert.InRange(sight.Value(definition, "connect_time").Number, 0, sight.Value(definition, "round_trip").Number);
        Assert.True(sight.Value(definition, "tls_time").IsMissing);
    }

    [Fact]
    public async Task A_port_that_refuses_says_so() =>
        (await Look.OnceAsync(Look.Define("tcp", new TcpOptions { Target = Look.NobodyThere().ToString() }))).Refusal("connection_refused");

    [Fact]
    public async Task An_expected_text_is_found_across_reads()
    {
        await using var server = Saying("SSH-2.", "0-Open", "SSH");
        var definition = Look.Define("tcp", new TcpOptions { Target = server.Target.ToString(), Expect = "2.0-OpenSSH" }, null, ("answer", "contains", "SSH-2.0"));
        Assert.True((await Look.OnceAsync(definition)).Value(definition, "answer").Flag);
    }

    [Fact]
    public async Task A_text_is_sent_and_the_answer_expected()
    {
        await using var server = new HostileServer(async (stream, stop) =>
        {
            var request = new byte[6];
            await stream.ReadExactlyAsync(request, stop);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(request) == "PING\r\n" ? "+PONG\r\n" : "-ERR\r\n"), stop);
        });
        Assert.IsType<Outcome.Answered>((await Look.OnceAsync(Look.Define("tcp", new TcpOptions { Target = server.Target.ToString(), Send = "PING\r\n", Expect = "+PONG" }))).Outcome);
        (await Look.OnceAsync(Look.Define("tcp", new TcpOptions { Target = server.Target.ToString(), Send = "QUIT\r\n", Expect = "+PONG" }))).Refusal("unexpected_answer");
    }

    [Fact]
    public async Task Endless_wrong_bytes_are_refused_at_the_limit()
    {
        await using var server = new HostileServer(async (stream, stop) =>
        {
            while (true) await stream.WriteAsync(new byte[1 << 16], stop);
        });
        (await Look.OnceAsync(Look.Define("tcp", new TcpOptions { Target = server.Target.ToString(), Expect = "never" }))).Refusal("unexpected_answer");
    }

    [Fact]
    public async Task Silence_where_a_text_is_expected_is_a_time_out_in_answer()
    {
        await using var server = new HostileServer((_, stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop));
        (await Look.OnceAsync(Look.Define("tcp", new TcpOptions { Target = server.Target.ToString(), Expect = "x" }, Duration.FromSeconds(2)), since: server.Met)).TimesOutIn("answer");
    }

    [Fact]
    public async Task A_plain_port_asked_for_tls_fails_the_handshake()
    {
        await using var server = Saying("220 hello\r\n");
        (await Look.OnceAsync(Look.Define("tcp", new TcpOptions { Target = server.Target.ToString(), Tls = true }))).Refusal("tls_handshake");
    }

    [Fact]
    public void Mistakes_in_options_are_named()
    {
        Assert.Equal(["tcp", "expect", "server_name"], new TcpProbeType().Validate(new TcpOptions { Target = "nowhere", Expect = "", ServerName = "x" }).Select(mistake => mistake.Option));
        Assert.Empty(new TcpProbeType().Validate(new TcpOptions { Target = "example.org:22" }));
    }
}
