using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Nines.Cli.Output;
using Nines.Core.Components;
using Nines.Core.Facts;
using NodaTime;

namespace Nines.Cli.Watching.Control;

/// <summary>What a person can tell a running watcher to do.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(Reload), "reload")]
[JsonDerivedType(typeof(StartMaintenance), "start_maintenance")]
[JsonDerivedType(typeof(EndMaintenance), "end_maintenance")]
[JsonDerivedType(typeof(PauseProbing), "pause")]
[JsonDerivedType(typeof(ResumeProbing), "resume")]
[JsonDerivedType(typeof(Acknowledge), "acknowledge")]
[JsonDerivedType(typeof(ImportHistory), "import_history")]
internal abstract record ControlCommand
{
    private ControlCommand() { }

    /// <summary>Load the config again, and watch what it says from then on.</summary>
    public sealed record Reload : ControlCommand;

    /// <param name="For">How long; null when <paramref name="Until"/> says when it ends.</param>
    public sealed record StartMaintenance(ImmutableArray<ComponentId> Components, Duration? For, Instant? Until, string? Reason) : ControlCommand;

    /// <param name="Window">Null for the one that was declared by hand and is under way.</param>
    public sealed record EndMaintenance(string? Window) : ControlCommand;

    /// <param name="For">Null until somebody resumes.</param>
    public sealed record PauseProbing(ImmutableArray<ComponentId> Components, Duration? For, string? Reason) : ControlCommand;

    public sealed record ResumeProbing(ImmutableArray<ComponentId> Components) : ControlCommand;

    public sealed record Acknowledge(string Outage, string? Note) : ControlCommand;

    /// <summary>Put on record what another tool had of a component.</summary>
    public sealed record ImportHistory(HistoryImported Fact) : ControlCommand;
}

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

    /// <summary>What a caller left out must not reach the watcher's loop as a hole.</summary>
    private static bool IsWhole(ControlCommand command) => command is not (
        ControlCommand.StartMaintenance { Components.IsDefault: true } or ControlCommand.PauseProbing { Components.IsDefault: true }
        or ControlCommand.ResumeProbing { Components.IsDefault: true } or ControlCommand.Acknowledge { Outage: null } or ControlCommand.ImportHistory { Fact: null });
}

/// <summary>What came of a command.</summary>
/// <param name="Exit">What the verb that sent it ends with.</param>
/// <param name="Lines">What to tell, a line each. When something is wrong, the first begins with its code.</param>
internal sealed record ControlReply(ExitCode Exit, ImmutableArray<string> Lines)
{
    public const int MostBytes = 4 << 20;

    public static ControlReply Done(params ImmutableArray<string> lines) => new(ExitCode.Done, lines);

    public static ControlReply Refused(string code, string message) => new(ExitCode.CalledWrong, [$"{code}: {message}"]);

    public byte[] Write() => [.. JsonSerializer.SerializeToUtf8Bytes(this, FactJson.Options), (byte)'\n'];

    /// <exception cref="JsonException">It is not a reply.</exception>
    public static ControlReply Read(ReadOnlySpan<byte> line) =>
        JsonSerializer.Deserialize<ControlReply>(line, FactJson.Options) is { Lines.IsDefault: false } reply ? reply : throw new JsonException("A reply has lines.");
}
