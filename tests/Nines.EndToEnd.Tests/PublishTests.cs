using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Nines.EndToEnd.Tests;

public sealed class PublishTests
{
    private static string Home
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Nines.slnx"))) folder = folder.Parent;
            return folder?.FullName ?? throw new InvalidOperationException("The tests run within the source tree.");
        }
    }

    /// <summary>Publishes for this machine and runs the one file from an empty folder, with no .NET and no source tree in reach: the script says what it checks.</summary>
    [Fact]
    public async Task The_published_file_runs_alone_watches_keeps_and_backs_up()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && RuntimeInformation.OSArchitecture == Architecture.X64, "deploy/publish --check runs what it made: linux-x64.");
        using var folder = new TemporaryFolder();
        using var publish = Process.Start(new ProcessStartInfo(Path.Combine(Home, "deploy", "publish"), ["--rid", "linux-x64", "--to", folder.Path, "--check"])
        {
            RedirectStandardError = true, RedirectStandardOutput = true,
        })!;
        var said = Task.WhenAll(publish.StandardError.ReadToEndAsync(), publish.StandardOutput.ReadToEndAsync());
        await publish.WaitForExitAsync();

        Assert.True(publish.ExitCode == 0, string.Join('\n', await said));
        Assert.Equal(["SHA256SUMS", "VERSION", "nines-linux-x64"], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }
}
