using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Nines.Cli.Output;
using Nines.Core.Control;
using Nines.Core.Facts;
using Nines.Web;
using Nines.Web.Api.Documents;

namespace Nines.Cli.Watching.Control;

/// <summary>A command as it goes over the socket: one line of JSON.</summary>
/// <param name="User">Who says he sends it; the socket knows his number by itself.</param>
internal sealed record ControlRequest(string? User, ControlCommand Command)
{
    /// <summary>What an import of one component may take; everything else is far smaller.</summary>
    public const int MostBytes = 16 << 20;

    public byte[] Write() => [.. JsonSerializer.SerializeToUtf8Bytes(this, FactJson.Options), (byte)'\n'];

    /// <exception cref="JsonException">It is not a request.</exception>
    public static ControlRequest Read(ReadOnlySpan<byte> line) =>
        JsonSerializer.Deserialize<ControlRequest>(line, FactJson.Options) is { Command: { } command } request && IsWhole(command) ? request : throw new JsonException("A request has a command, with all that belongs to it.");

    /// <summary>What a caller left out must not reach the watcher's loop as a hole, nor what is not for callers.</summary>
    private static bool IsWhole(ControlCommand command) => command is not (
        ControlCommand.StartMaintenance { Components.IsDefault: true } or ControlCommand.PauseProbing { Components.IsDefault: true }
        or ControlCommand.ResumeProbing { Components.IsDefault: true } or ControlCommand.Acknowledge { Outage: null } or ControlCommand.ImportHistory { Fact: null }
        or ControlCommand.PostIncident { Body: null } or ControlCommand.PostIncident { Components.IsDefault: true } or ControlCommand.NoteOutage { Outage: null } or ControlCommand.NoteOutage { Note: null } or ControlCommand.CorrectCause { Outage: null } or ControlCommand.CorrectCause { Because: null }
        or ControlCommand.RecordAccess); // said by the web server alone, which knows who changed what
}

/// <summary>What came of a command.</summary>
/// <param name="Exit">What the verb that sent it ends with.</param>
/// <param name="Lines">What to tell, a line each. When something is wrong, the first begins with its code.</param>
internal sealed record ControlReply(ExitCode Exit, ImmutableArray<string> Lines)
{
    public const int MostBytes = 4 << 20;

    /// <summary>The name of what it made, where that is for others to refer to; else null.</summary>
    public string? Made { get; init; }

    /// <summary>What was seen, where it was told to look; else null.</summary>
    public AskedLooksDocument? Looks { get; init; }

    /// <summary>What will have been seen: only the watcher itself has it.</summary>
    [JsonIgnore]
    public Task<AskedLooksDocument>? Looking { get; init; }

    /// <summary>Completes when what it is about was looked at once more, which who said it waits for a little; only the watcher itself has it.</summary>
    [JsonIgnore]
    public Task? Seen { get; init; }

    public static ControlReply Done(params ImmutableArray<string> lines) => new(ExitCode.Done, lines);

    public static ControlReply Refused(string code, string message) => new(ExitCode.CalledWrong, [$"{code}: {message}"]);

    public static readonly ControlReply NotYet = new(ExitCode.OutOfReach, ["NIN3012: nines up is starting. Say it again in a moment."]);

    /// <summary>For those who are told by the web server.</summary>
    public Told AsTold() => new(Exit switch
    {
        ExitCode.Done => ToldResult.Done,
        ExitCode.CalledWrong => ToldResult.Refused,
        ExitCode.OutOfReach => ToldResult.OutOfReach,
        ExitCode.SomethingIsWrong or ExitCode.OurBug => ToldResult.Wrong,
        _ => throw new UnreachableException(),
    }, Lines, Made, Looks);

    public byte[] Write() => [.. JsonSerializer.SerializeToUtf8Bytes(this, FactJson.Options), (byte)'\n'];

    /// <exception cref="JsonException">It is not a reply.</exception>
    public static ControlReply Read(ReadOnlySpan<byte> line) =>
        JsonSerializer.Deserialize<ControlReply>(line, FactJson.Options) is { Lines.IsDefault: false } reply ? reply : throw new JsonException("A reply has lines.");
}
