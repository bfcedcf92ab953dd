namespace Nines.Pricing.Profiles;

/// <summary>A model that rests on a seasonal profile.</summary>
public interface IProfiled
{
    string Name { get; }

    /// <summary>Null where it has none: a number of actions that the config gives.</summary>
    SeasonalProfile? Profile { get; }
}
