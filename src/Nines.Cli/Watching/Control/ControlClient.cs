using System.Net.Sockets;
using System.Text.Json;
using Nines.Cli.Output;
using Nines.Core.Control;

namespace Nines.Cli.Watching.Control;

/// <summary>Tells the watcher of a data folder what to do.</summary>
internal static class ControlClient
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <exception cref="Fault">NIN3010: the path is too long. NIN3013: nobody listens there. NIN3014: no answer that could be understood.</exception>
    public static async Task<ControlReply> SendAsync(string dataFolder, ControlCommand command, TimeProvider time, CancellationToken cancellation)
    {
        var path = ControlSocket.PathIn(dataFolder);
        ControlSocket.RequireShort(path);
        using var expired = new CancellationTokenSource(Limit, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation, expired.Token);
        using var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await ConnectAsync(connection, new UnixDomainSocketEndPoint(path), time, limit.Token);
        }
        catch (SocketException refused)
        {
            throw new Fault("NIN3013", ExitCode.OutOfReach, refused.SocketErrorCode == SocketError.AccessDenied
                ? $"{path}: the control socket is not yours. Run this as the user that runs `nines up`."
                : $"{dataFolder}: no `nines up` runs on this data folder, so there is nobody to tell. Start it, or name its folder with --data (or its config with --config).");
        }
        try
        {
            await ControlSocket.SendAllAsync(connection, new ControlRequest(Environment.UserName, command).Write(), limit.Token);
            if (await ControlSocket.ReadLineAsync(connection, ControlReply.MostBytes, limit.Token) is { } line) return ControlReply.Read(line);
            throw new Fault("NIN3014", ExitCode.OutOfReach, $"{path}: the watcher left without an answer. Look into its log; `nines get components` shows whether it watches.");
        }
        catch (Exception broken) when (broken is SocketException or JsonException || (broken is OperationCanceledException && expired.IsCancellationRequested))
        {
            throw new Fault("NIN3014", ExitCode.OutOfReach, $"{path}: the watcher gave no answer that could be understood: {broken.Message} Use the same version of Nines on both sides.");
        }
    }

    /// <summary>While more callers wait than the system keeps in line, it says so at once instead of letting one wait (EAGAIN, unix(7)).</summary>
    private static async Task ConnectAsync(Socket connection, UnixDomainSocketEndPoint to, TimeProvider time, CancellationToken limit)
    {
        while (true)
        {
            try
            {
                await connection.ConnectAsync(to, limit);
                return;
            }
            catch (SocketException busy) when (busy.SocketErrorCode is SocketError.WouldBlock or SocketError.TryAgain)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), time, limit);
            }
        }
    }
}
