using Nines.Core;

namespace Nines.Web.Console.Parts;

/// <summary>Names of states in classes of the style sheet.</summary>
public static class StateCss
{
    /// <summary>up, degraded, effectively-down, down, unknown or maintenance.</summary>
    public static string Css(this State state) => state switch
    {
        State.Up => "up",
        State.Degraded => "degraded",
        State.EffectivelyDown => "effectively-down",
        State.Down => "down",
        State.Unknown => "unknown",
        State.Maintenance => "maintenance",
    };
}
