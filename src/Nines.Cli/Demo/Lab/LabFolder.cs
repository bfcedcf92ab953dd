using Nines.Cli.Output;
using System.ComponentModel;
using System.Diagnostics;

namespace Nines.Cli.Demo.Lab;

/// <summary>The lab folder of the source tree, and the Node.js that runs what is in it.</summary>
internal sealed class LabFolder
{
    private const int LeastNode = 20;

    private LabFolder(string path) => Path = path;

    public string Path { get; }

    /// <summary>True when lab/install has run for some lock file; it looks itself whether for this one.</summary>
    public bool IsInstalled => File.Exists(System.IO.Path.Combine(Path, "node_modules", ".installed"));

    /// <summary>Finds the lab by NINES_HOME (the ./nines script sets it), else upwards from the executable.</summary>
    /// <exception cref="Fault">There is no lab, no Node.js, or this system has no POSIX signals.</exception>
    public static async Task<LabFolder> FindAsync(CancellationToken cancellation)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
            throw DemoFault.NoSystem("The demo freezes and kills processes by POSIX signals: it runs on Linux and macOS (on Windows: in WSL).");
        var lab = Candidates().Select(home => System.IO.Path.Combine(home, "lab")).FirstOrDefault(path => File.Exists(System.IO.Path.Combine(path, "chain.mjs")))
            ?? throw DemoFault.NoLab("The demo breaks real services, and what runs them is the folder lab/ of the source tree, which is not in the binary. Run ./nines demo in a checkout, or name the checkout in NINES_HOME.");
        await RequireNodeAsync(cancellation);
        return new LabFolder(lab);
    }

    /// <summary>Installs what the lab runs on, once per lock file: the first time it downloads some 50 MB.</summary>
    public async Task InstallAsync(CancellationToken cancellation)
    {
        var (code, _, talk) = await RunAsync(System.IO.Path.Combine(Path, "install"), [], cancellation);
        if (code != 0) throw DemoFault.NoPeers($"lab/install failed with code {code}: {talk.Trim()}");
    }

    public ProcessStartInfo Node(string script, IEnumerable<string> arguments) =>
        new("node", [System.IO.Path.Combine(Path, script), .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path,
        };

    /// <summary>Runs a script of the lab to its end.</summary>
    /// <returns>What it wrote to stdout.</returns>
    public async Task<string> RunScriptAsync(string script, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var (code, output, talk) = await RunAsync("node", [System.IO.Path.Combine(Path, script), .. arguments], cancellation);
        return code == 0 ? output : throw DemoFault.ServiceFailed($"lab/{script} failed with code {code}: {talk.Trim()}");
    }

    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable("NINES_HOME") is { Length: > 0 } home) yield return home;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Nines.slnx")))
                yield return folder.FullName;
    }

    private static async Task RequireNodeAsync(CancellationToken cancellation)
    {
        const string how = "Get it from https://nodejs.org, or as the packages nodejs and npm of your distribution.";
        string version;
        try
        {
            version = (await RunAsync("node", ["--version"], cancellation)).Output.Trim();
        }
        catch (Win32Exception e)
        {
            throw DemoFault.NoNode($"The demo's chain, dApp and venue need Node.js {LeastNode} or newer, and there is none. {how} ({e.Message})");
        }
        if (!int.TryParse(version.TrimStart('v').Split('.')[0], out var major) || major < LeastNode)
            throw DemoFault.NoNode($"The demo's chain, dApp and venue need Node.js {LeastNode} or newer; this is {version}. {how}");
    }

    private static async Task<(int Code, string Output, string Talk)> RunAsync(string file, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new InvalidOperationException($"{file} did not start.");
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var talk = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return (process.ExitCode, await output, await talk);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
