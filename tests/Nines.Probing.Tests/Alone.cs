namespace Nines.Probing.Tests;

/// <summary>Tests that measure what the whole process holds: beside them none other runs.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
