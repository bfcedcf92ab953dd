namespace Nines.Cli.Demo;

/// <summary>The demo cannot go on. <see cref="Code"/> is stable and has a page in the reference; the exit code is 4.</summary>
internal sealed class DemoException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    public const string NoSystem = "NIN4101", NoLab = "NIN4102", NoNode = "NIN4103", NoPeers = "NIN4104", ServiceFailed = "NIN4105",
        FaultFailed = "NIN4106", WatcherFailed = "NIN4107", FolderTaken = "NIN4108";

    public string Code { get; } = code;
}
