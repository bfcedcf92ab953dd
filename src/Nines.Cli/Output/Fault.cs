namespace Nines.Cli.Output;

/// <summary>What the process ends with (docs/reference/output.md).</summary>
public enum ExitCode
{
    Done = 0,
    /// <summary>Done, and something is wrong: a check failed.</summary>
    SomethingIsWrong = 1,
    /// <summary>The call itself was wrong.</summary>
    CalledWrong = 2,
    /// <summary>Something that is needed could not be reached.</summary>
    OutOfReach = 4,
    OurBug = 5,
}

/// <summary>An error that a person can mend. Printed as <c>NIN4003: where: what. Why. How to mend</c>.</summary>
/// <param name="code">Stable, with a page in the reference.</param>
/// <param name="message">Where, what, why, and how to mend it.</param>
public sealed class Fault(string code, ExitCode exit, string message) : Exception(message)
{
    public string Code { get; } = code;

    public ExitCode Exit { get; } = exit;
}
