using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Nines.Cli.Output;
using Nines.Core.Control;

namespace Nines.Cli.Watching.Control;

/// <summary>
/// The way in for commands: a unix domain socket in the data folder, open to its owner alone (mode 0600). One request a connection: a
/// line of JSON in, a line of JSON out. What is carried out, and by whom, is for the watcher's loop.
/// </summary>
internal sealed class ControlSocket : IAsyncDisposable
{
    public const string FileName = "control.sock";

    /// <summary>What fits into an address of a unix domain socket on Linux, the zero at its end apart.</summary>
    public const int LongestPath = 107;

    private const int MostConnections = 8;
    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(5), ReplyLimit = TimeSpan.FromMinutes(2);

    private readonly Socket listener;
    private readonly Func<ControlCommand, string, CancellationToken, Task<ControlReply>> carryOut;
    private readonly TimeProvider time;
    private readonly string path;
    private readonly SemaphoreSlim free = new(MostConnections);
    private readonly CancellationTokenSource stopping = new();
    private readonly Task accepting;

    private ControlSocket(string path, Socket listener, TimeProvider time, Func<ControlCommand, string, CancellationToken, Task<ControlReply>> carryOut)
    {
        (this.path, this.listener, this.time, this.carryOut) = (path, listener, time, carryOut);
        accepting = Task.Run(AcceptAsync);
    }

    public static string PathIn(string dataFolder) => Path.Combine(dataFolder, FileName);

    /// <summary>Opens it; one that a killed run left behind is replaced. To be called by the journal's writer only: its lock keeps a second run away.</summary>
    /// <param name="carryOut">Carries out a command, and is told by whom it came.</param>
    /// <exception cref="Fault">NIN3010: the path is too long. NIN3011: the socket cannot be made.</exception>
    public static ControlSocket Open(string dataFolder, TimeProvider time, Func<ControlCommand, string, CancellationToken, Task<ControlReply>> carryOut)
    {
        var path = PathIn(dataFolder);
        RequireShort(path);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            File.Delete(path);
            listener.Bind(new UnixDomainSocketEndPoint(path));
            // Before anybody can connect: that takes Listen.
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            listener.Listen(MostConnections);
            return new ControlSocket(path, listener, time, carryOut);
        }
        catch (Exception failed) when (failed is SocketException or IOException or UnauthorizedAccessException)
        {
            listener.Dispose();
            throw new Fault("NIN3011", ExitCode.OutOfReach, $"{path}: the control socket cannot be made: {failed.Message}. Use a data folder on a local file system that you can write to.");
        }
    }

    /// <exception cref="Fault">NIN3010: the system takes no path of that length.</exception>
    public static void RequireShort(string path)
    {
        if (Encoding.UTF8.GetByteCount(path) is var length && length > LongestPath)
            throw new Fault("NIN3010", ExitCode.OutOfReach,
                $"{path}: the path of the control socket is {length.ToString(CultureInfo.InvariantCulture)} bytes long, the system allows {LongestPath}. Set 'data' to a shorter path, or to a short symbolic link to the folder.");
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Dispose();
        await accepting;
        for (var i = 0; i < MostConnections; i++) await free.WaitAsync(); // until the last one is answered
        File.Delete(path);
        stopping.Dispose();
        free.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await free.WaitAsync(stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            Socket? connection = null;
            try
            {
                connection = await listener.AcceptAsync(stopping.Token);
            }
            catch (Exception ended) when (stopping.IsCancellationRequested && ended is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // Closed: the loop's condition ends it.
            }
            catch (SocketException)
            {
                // A caller that left again, or no descriptor for him: neither may end the listening.
                await Task.Delay(TimeSpan.FromMilliseconds(50), time);
            }
            if (connection is null) free.Release();
            else _ = ServeAsync(connection);
        }
    }

    private async Task ServeAsync(Socket connection)
    {
        try
        {
            using (connection)
            {
                var reply = await AnswerAsync(connection);
                using var limit = new CancellationTokenSource(RequestLimit, time);
                await SendAllAsync(connection, reply.Write(), limit.Token);
                connection.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception gone) when (gone is SocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Who asked has left, or takes no answer. What he asked for is on record all the same.
        }
        finally
        {
            free.Release();
        }
    }

    private async Task<ControlReply> AnswerAsync(Socket connection)
    {
        try
        {
            using var expired = new CancellationTokenSource(RequestLimit, time);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(expired.Token, stopping.Token);
            if (await ReadLineAsync(connection, ControlRequest.MostBytes, limit.Token) is not { } line) return Malformed("it is longer than 16 MiB, or does not end");
            var request = ControlRequest.Read(line);
            using var slow = new CancellationTokenSource(ReplyLimit, time);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(slow.Token, stopping.Token);
            return await carryOut(request.Command, WhoIs(connection, request.User), patience.Token);
        }
        catch (JsonException wrong)
        {
            return Malformed(wrong.Message);
        }
        catch (Exception wrong) when (wrong is FormatException or OverflowException)
        {
            return Malformed(wrong.Message);
        }
        catch (OperationCanceledException)
        {
            return new ControlReply(ExitCode.OutOfReach, [stopping.IsCancellationRequested
                ? "NIN3012: nines up is stopping. Start it again, and say it then."
                : "NIN3012: nines up has not answered in time; what was asked for may yet be carried out. `nines get components` shows whether it watches."]);
        }
    }

    private static ControlReply Malformed(string why) => ControlReply.Refused("NIN4020", $"the request was not understood: {why}. Use the same version of Nines on both sides.");

    /// <returns>The line without its end; null when it is too long or the other side left before its end.</returns>
    internal static async Task<byte[]?> ReadLineAsync(Socket connection, int mostBytes, CancellationToken limit)
    {
        using var line = new MemoryStream();
        var buffer = new byte[16 << 10];
        while (line.Length <= mostBytes)
        {
            var read = await connection.ReceiveAsync(buffer, limit);
            if (read == 0) return null;
            var end = buffer.AsSpan(0, read).IndexOf((byte)'\n');
            line.Write(buffer, 0, end < 0 ? read : end);
            if (end >= 0) return line.Length <= mostBytes ? line.ToArray() : null;
        }
        return null;
    }

    internal static async Task SendAllAsync(Socket connection, ReadOnlyMemory<byte> bytes, CancellationToken limit)
    {
        while (bytes.Length > 0) bytes = bytes[await connection.SendAsync(bytes, limit)..];
    }

    /// <summary>The name that he gave, and the user number that the kernel gives (SO_PEERCRED, unix(7)), which he cannot choose.</summary>
    private static string WhoIs(Socket connection, string? said)
    {
        var name = string.Concat((said ?? "").Where(letter => letter is >= 'a' and <= 'z' or >= 'A' and <= 'Z' or >= '0' and <= '9' or '-' or '_' or '.' or '@').Take(64));
        if (!OperatingSystem.IsLinux()) return name.Length > 0 ? name : "unknown";
        const int SolSocket = 1, SoPeerCred = 17;
        var credentials = new byte[12]; // pid, uid, gid
        connection.GetRawSocketOption(SolSocket, SoPeerCred, credentials);
        var uid = BinaryPrimitives.ReadUInt32LittleEndian(credentials.AsSpan(4));
        return name.Length > 0 ? string.Create(CultureInfo.InvariantCulture, $"{name} (uid {uid})") : string.Create(CultureInfo.InvariantCulture, $"uid {uid}");
    }
}
