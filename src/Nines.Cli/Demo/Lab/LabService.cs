using Nines.Cli.Output;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace Nines.Cli.Demo.Lab;

/// <summary>
/// One service of the lab as a child process. It ends when our end of its stdin closes, so it is not left over even when the demo
/// itself is killed. Not safe for concurrent use.
/// </summary>
internal sealed class LabService : IAsyncDisposable
{
    private const int TalkKept = 4_000;
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(90), EndsWithin = TimeSpan.FromSeconds(5);

    private readonly LabFolder lab;
    private readonly TimeProvider time;
    private readonly HttpClient http;
    private readonly string[] arguments;
    private Process process;
    private Task talk = Task.CompletedTask;
    private string lastWords = "";
    private bool isDisposed;

    private LabService(LabFolder lab, string script, string[] arguments, HttpClient http, TimeProvider time, Process process) =>
        (this.lab, Script, this.arguments, this.http, this.time, this.process) = (lab, script, arguments, http, time, process);

    public string Script { get; }
    public int Pid => process.Id;
    public JsonElement Ready { get; private set; }
    public int Port => Ready.GetProperty("port").GetInt32();
    public Uri Url => new(Ready.GetProperty("url").GetString()!);
    private int AdminPort => Ready.GetProperty("admin_port").GetInt32();

    /// <summary>Starts lab/<paramref name="script"/> and waits until it says that it is ready.</summary>
    /// <exception cref="Fault">It ended, or was not ready within 90 s.</exception>
    public static async Task<LabService> StartAsync(
        LabFolder lab, string script, string[] arguments, HttpClient http, TimeProvider time, CancellationToken cancellation)
    {
        var service = new LabService(lab, script, arguments, http, time, Spawn(lab, script, arguments));
        await service.WaitUntilReadyAsync(cancellation);
        return service;
    }

    /// <summary>Gives the running service a command at its admin port; it answers when the command is in effect.</summary>
    public async Task<JsonElement> CommandAsync(string path, CancellationToken cancellation)
    {
        using var answer = await http.PostAsync(new Uri($"http://127.0.0.1:{AdminPort}{path}"), null, cancellation);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        return answer.IsSuccessStatusCode ? body : throw DemoFault.FaultFailed($"{Script} {path}: {body}");
    }

    /// <summary>Kills it at once, and returns when the kernel has ended it.</summary>
    public async Task KillAsync(CancellationToken cancellation)
    {
        Posix.Send(Pid, Posix.Kill);
        await process.WaitForExitAsync(cancellation);
    }

    /// <summary>Freezes it, and returns when the kernel shows that it is.</summary>
    public async Task FreezeAsync(CancellationToken cancellation)
    {
        Posix.Send(Pid, Posix.Stop);
        await Posix.WaitUntilStoppedAsync(Pid, time, cancellation);
    }

    public void Thaw() => Posix.Send(Pid, Posix.Continue);

    /// <summary>Starts a killed one again, at the same ports.</summary>
    public async Task RestartAsync(CancellationToken cancellation)
    {
        string[] ports = ["--port", Text(Port), "--admin-port", Text(AdminPort)];
        process.Dispose();
        process = Spawn(lab, Script, [.. arguments, .. ports]);
        await WaitUntilReadyAsync(cancellation);
    }

    /// <summary>Ends it. What did not come back from a restart has been ended already; it is no error to end it again.</summary>
    public async ValueTask DisposeAsync()
    {
        if (isDisposed) return;
        isDisposed = true;
        if (!process.HasExited)
        {
            Posix.Send(Pid, Posix.Terminate);
            Posix.Send(Pid, Posix.Continue); // a frozen one would not see the other signal
            using var patience = new CancellationTokenSource(EndsWithin, time);
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
            }
        }
        await talk;
        process.Dispose();
    }

    private static Process Spawn(LabFolder lab, string script, string[] arguments) =>
        Process.Start(lab.Node(script, [.. arguments, "--end-with-stdin"])) ?? throw new InvalidOperationException($"{script} did not start.");

    private async Task WaitUntilReadyAsync(CancellationToken cancellation)
    {
        var ready = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        talk = Task.WhenAll(ListenAsync(process.StandardOutput, ready), KeepTalkAsync(process.StandardError));
        try
        {
            Ready = await ready.Task.WaitAsync(ReadyWithin, time, cancellation);
        }
        catch (Exception e)
        {
            await DisposeAsync();
            if (e is OperationCanceledException) throw;
            throw DemoFault.ServiceFailed($"lab/{Script} did not become ready: {e.Message} {lastWords.Trim()}");
        }
    }

    // What it tells later is read too: a full pipe would block it.
    private async Task ListenAsync(StreamReader lines, TaskCompletionSource<JsonElement> ready)
    {
        while (await lines.ReadLineAsync() is { } line)
        {
            if (ready.Task.IsCompleted || !line.StartsWith('{')) continue;
            using var told = JsonDocument.Parse(line);
            if (told.RootElement.TryGetProperty("ready", out _)) ready.TrySetResult(told.RootElement.Clone());
        }
        ready.TrySetException(new InvalidOperationException($"{Script} ended before it was ready."));
    }

    private async Task KeepTalkAsync(StreamReader lines)
    {
        while (await lines.ReadLineAsync() is { } line)
        {
            var kept = $"{lastWords}\n{line}";
            lastWords = kept.Length > TalkKept ? kept[^TalkKept..] : kept;
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
