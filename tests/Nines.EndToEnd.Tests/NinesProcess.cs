using System.Diagnostics;
using System.Text;
using Nines.Testing;

namespace Nines.EndToEnd.Tests;

/// <summary>The real executable, as a user starts it.</summary>
internal sealed class NinesProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder said = new();

    private NinesProcess(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Said
    {
        get { lock (said) return said.ToString(); }
    }

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    public static NinesProcess Start(string folder, params string[] arguments) => Start(folder, [], arguments);

    /// <param name="through">A program with arguments that becomes (by exec) the one that follows it; the process keeps its id.</param>
    /// <param name="environment">What it finds in its environment beside ours.</param>
    public static NinesProcess Start(string folder, IReadOnlyList<string> through, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        string[] all = [.. through, "dotnet", Path.Combine(AppContext.BaseDirectory, "nines.dll"), .. arguments];
        var start = new ProcessStartInfo(all[0])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in all.Skip(1)) start.ArgumentList.Add(argument);
        start.Environment["NO_COLOR"] = "1";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return new NinesProcess(Process.Start(start)!);
    }

    /// <summary>Runs a verb to its end.</summary>
    public static Task<(int Exit, string Said)> RunAsync(string folder, params string[] arguments) => RunThroughAsync(folder, [], arguments);

    public static async Task<(int Exit, string Said)> RunThroughAsync(string folder, IReadOnlyList<string> through, IReadOnlyList<string> arguments)
    {
        await using var nines = Start(folder, through, arguments);
        await nines.process.WaitForExitAsync().WaitAsync(Patience.Most);
        nines.process.WaitForExit(); // until both streams are read to the end
        return (nines.process.ExitCode, nines.Said);
    }

    /// <summary>Waits until the process has said it.</summary>
    public async Task SaysAsync(string words)
    {
        bool IsSaid() => Said.Contains(words, StringComparison.Ordinal);
        await Patience.UntilAsync($"'{words}' is said", () => IsSaid() || process.HasExited, () => Said, TimeSpan.FromMilliseconds(50));
        if (IsSaid()) return;
        process.WaitForExit(); // until both streams are read to the end
        Assert.True(IsSaid(), $"It ended and had not said '{words}', but: {Said}");
    }

    public void Kill() => process.Kill();

    public Task<int> TerminateAsync() => SignalAsync("TERM");

    /// <summary>Sends it and goes on: STOP, CONT.</summary>
    public async Task SendAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)])!;
        await kill.WaitForExitAsync();
    }

    /// <param name="signal">TERM, INT.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> SignalAsync(string signal)
    {
        await SendAsync(signal);
        await process.WaitForExitAsync().WaitAsync(Patience.Most);
        process.WaitForExit(); // until both streams are read to the end
        return process.ExitCode;
    }

    public async Task ExitAsync() => await process.WaitForExitAsync().WaitAsync(Patience.Most);

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
        process.Dispose();
    }

    private void Note(string? line)
    {
        if (line is null) return;
        lock (said) said.AppendLine(line);
    }
}
