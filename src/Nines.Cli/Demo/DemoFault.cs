using Nines.Cli.Output;

namespace Nines.Cli.Demo;

/// <summary>Why the demo cannot go on, in the form that all verbs fail in. Each code has an entry in docs/reference/output.md.</summary>
internal static class DemoFault
{
    public static Fault NoSystem(string message) => Of("NIN4101", message);
    public static Fault NoLab(string message) => Of("NIN4102", message);
    public static Fault NoNode(string message) => Of("NIN4103", message);
    public static Fault NoPeers(string message) => Of("NIN4104", message);
    public static Fault FolderTaken(string message) => new("NIN4105", ExitCode.CalledWrong, message);

    /// <summary>Something of the lab did not do what it must.</summary>
    public static Fault ServiceFailed(string message) => Of("NIN4106", message);

    /// <summary>A fault could not be brought about, or was not over when it should be.</summary>
    public static Fault FaultFailed(string message) => Of("NIN4107", message);

    /// <summary>The watcher ended by itself, or did not when asked to.</summary>
    public static Fault WatcherFailed(string message) => Of("NIN4108", message);

    private static Fault Of(string code, string message) => new(code, ExitCode.OutOfReach, message);
}
