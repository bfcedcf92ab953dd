using System.Net.Sockets;
using System.Text;
using Nines.Cli.Output;
using Nines.Cli.Watching.Control;
using Nines.Core.Components;
using Nines.Core.Control;
using Nines.Testing;
using NodaTime;

namespace Nines.Cli.Tests.Watching;

public sealed class ControlSocketTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nines-control-").FullName;
    private readonly List<(ControlCommand Command, string By)> taken = [];

    /// <summary>Nobody's time is up, however long this machine takes.</summary>
    private readonly ManualTimeProvider still = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private ControlSocket Open() => ControlSocket.Open(folder, still, (command, by, _) =>
    {
        lock (taken) taken.Add((command, by)); // several are served at once
        return Task.FromResult(ControlReply.Done("as you wish"));
    });

    private async Task<ControlReply> RawAsync(byte[] bytes)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(ControlSocket.PathIn(folder)), Stop);
        await ControlSocket.SendAllAsync(socket, bytes, Stop);
        return ControlReply.Read(await ControlSocket.ReadLineAsync(socket, ControlReply.MostBytes, Stop) ?? throw new IOException("no reply"));
    }

    [Fact]
    public async Task A_command_arrives_as_it_was_sent_with_the_user_that_the_kernel_names()
    {
        await using var socket = Open();
        var command = new ControlCommand.StartMaintenance([new ComponentId("shop")], Duration.FromMinutes(90), null, "move");
        var reply = await ControlClient.SendAsync(folder, command, TimeProvider.System, Stop);
        Assert.Equal((ExitCode.Done, "as you wish"), (reply.Exit, Assert.Single(reply.Lines)));
        var (got, by) = Assert.Single(taken);
        var start = Assert.IsType<ControlCommand.StartMaintenance>(got);
        Assert.Equal((new ComponentId("shop"), Duration.FromMinutes(90), "move"), (Assert.Single(start.Components), start.For!.Value, start.Reason));
        Assert.Matches(@"\A[\w.@-]+ \(uid \d+\)\z", by);
    }

    [Theory]
    [InlineData("{}\n")]
    [InlineData("not json\n")]
    [InlineData("""{"user":"eve","command":{"command":"format_the_disk"}}""" + "\n")]
    [InlineData("""{"command":{"command":"pause","components":["NOT A NAME"]}}""" + "\n")]
    [InlineData("null\n")]
    [InlineData("""{"command":{"command":"resume"}}""" + "\n")]
    [InlineData("""{"command":{"command":"acknowledge"}}""" + "\n")]
    [InlineData("""{"command":{"command":"pause","components":["shop"],"for":1e25}}""" + "\n")]
    public async Task What_is_no_request_is_refused_and_nothing_is_carried_out(string line)
    {
        await using var socket = Open();
        var reply = await RawAsync(Encoding.UTF8.GetBytes(line));
        Assert.Equal(ExitCode.CalledWrong, reply.Exit);
        Assert.StartsWith("NIN4020: ", reply.Lines[0], StringComparison.Ordinal);
        Assert.Empty(taken);
    }

    [Fact]
    public async Task A_request_without_an_end_is_cut_off_at_its_limit()
    {
        await using var socket = Open();
        using var caller = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await caller.ConnectAsync(new UnixDomainSocketEndPoint(ControlSocket.PathIn(folder)), Stop);
        await ControlSocket.SendAllAsync(caller, new byte[ControlRequest.MostBytes + 1], Stop);
        Assert.StartsWith("NIN4020: ", ControlReply.Read((await ControlSocket.ReadLineAsync(caller, ControlReply.MostBytes, Stop))!).Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_a_caller_makes_up_cannot_forge_a_line_or_another_number()
    {
        await using var socket = Open();
        await RawAsync("{\"user\":\"root (uid 0)\\n\\u001b[31mx\",\"command\":{\"command\":\"reload\"}}\n"u8.ToArray());
        Assert.Matches(@"\Arootuid031mx \(uid \d+\)\z", Assert.Single(taken).By);
    }

    [Fact]
    public async Task It_is_open_to_its_owner_alone_and_gone_after_the_end()
    {
        var path = ControlSocket.PathIn(folder);
        await using (Open())
        {
            if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
        Assert.False(File.Exists(path));
        var nobody = await Assert.ThrowsAsync<Fault>(() => ControlClient.SendAsync(folder, new ControlCommand.Reload(), TimeProvider.System, Stop));
        Assert.Equal(("NIN3013", ExitCode.OutOfReach), (nobody.Code, nobody.Exit));
    }

    [Fact]
    public async Task A_socket_that_a_killed_run_left_behind_is_replaced()
    {
        using (var killed = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)) killed.Bind(new UnixDomainSocketEndPoint(ControlSocket.PathIn(folder)));
        if (!File.Exists(ControlSocket.PathIn(folder))) await File.WriteAllTextAsync(ControlSocket.PathIn(folder), "", Stop);
        Assert.Equal("NIN3013", (await Assert.ThrowsAsync<Fault>(() => ControlClient.SendAsync(folder, new ControlCommand.Reload(), TimeProvider.System, Stop))).Code);
        await using var socket = Open();
        Assert.Equal(ExitCode.Done, (await ControlClient.SendAsync(folder, new ControlCommand.Reload(), TimeProvider.System, Stop)).Exit);
    }

    [Fact]
    public async Task More_callers_than_are_served_at_once_wait_for_their_turn()
    {
        await using var socket = Open();
        var replies = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => ControlClient.SendAsync(folder, new ControlCommand.ResumeProbing([]), TimeProvider.System, Stop)));
        Assert.Equal((40, 40), (replies.Count(reply => reply.Exit == ExitCode.Done), taken.Count));
    }

    [Fact]
    public async Task A_path_that_the_system_does_not_take_is_told_on_both_sides()
    {
        var deep = Path.Combine(folder, new string('d', 60), new string('e', 60));
        Directory.CreateDirectory(deep);
        Assert.Equal("NIN3010", Assert.Throws<Fault>(() => ControlSocket.Open(deep, TimeProvider.System, (_, _, _) => Task.FromResult(ControlReply.Done()))).Code);
        Assert.Equal("NIN3010", (await Assert.ThrowsAsync<Fault>(() => ControlClient.SendAsync(deep, new ControlCommand.Reload(), TimeProvider.System, Stop))).Code);
    }
}
