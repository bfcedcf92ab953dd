namespace Nines.Core;

/// <summary>How usable a component is. The first four are ordered, better to worse; the rest stand beside them (TRUTH 1).</summary>
public enum State : byte
{
    Up = 0,
    Degraded = 1,
    /// <summary>It answers, but its users cannot do what they came for.</summary>
    EffectivelyDown = 2,
    Down = 3,
    /// <summary>Not seen: neither up nor down.</summary>
    Unknown = 4,
    /// <summary>Not up inside a planned window; what was seen is kept under it.</summary>
    Maintenance = 5,
}

public static class States
{
    /// <summary>True for the states in which users are not served: effectively down and down.</summary>
    public static bool IsDown(this State state) => state is State.EffectivelyDown or State.Down;

    public static State Worse(State a, State b) => a > b ? a : b;

    /// <summary>The state in words, as every output writes it.</summary>
    public static string Word(this State state) => state switch
    {
        State.Up => "up",
        State.Degraded => "degraded",
        State.EffectivelyDown => "effectively down",
        State.Down => "down",
        State.Unknown => "unknown",
        State.Maintenance => "maintenance",
    };
}

/// <summary>Why a component was not up. Every cause but the last rests on evidence (TRUTH 13).</summary>
public enum CauseKind : byte
{
    Technical,
    Congestion,
    Consensus,
    Security,
    Maintenance,
    /// <summary>Something it needs was possibly down.</summary>
    Upstream,
    Unexplained,
}
