using System.Diagnostics;
using System.Text;

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

    public static NinesProcess Start(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "nines.dll"));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["NO_COLOR"] = "1";
        return new NinesProcess(Process.Start(start)!);
    }

    /// <summary>Runs a verb to its end.</summary>
    public static async Task<(int Exit, string Said)> RunAsync(string folder, params string[] arguments)
    {
        await using var nines = Start(folder, arguments);
        await nines.process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        nines.process.WaitForExit(); // until both streams are read to the end
        return (nines.process.ExitCode, nines.Said);
    }

    /// <summary>Waits until the process has said it.</summary>
    public async Task SaysAsync(string words)
    {
        for (var tries = 0; tries < 600; tries++)
        {
            if (Said.Contains(words, StringComparison.Ordinal)) return;
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
        Assert.Fail($"'{words}' was not said within 30 s, but: {Said}");
    }

    public void Kill() => process.Kill();

    public Task<int> TerminateAsync() => SignalAsync("TERM");

    /// <param name="signal">TERM, INT.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)])!;
        await kill.WaitForExitAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        process.WaitForExit(); // until both streams are read to the end
        return process.ExitCode;
    }

    public async Task ExitAsync() => await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));

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
