namespace Nines.Probing.Tests.Beacon;

/// <summary>A stub beacon node of the lab with slots of 100 ms and epochs of four: one process for all tests of the collection, which share its faults and so run one by one.</summary>
public sealed class LabBeacon : IAsyncLifetime
{
    internal Lab? Lab { get; private set; }

    public async ValueTask InitializeAsync() => Lab = Testing.Lab.Missing is null
        ? await Testing.Lab.StartAsync("beacon.mjs", "--slot-ms", "100", "--slots-per-epoch", "4", "--validators", "64", "--sync-committee", "8", "--epochs", "20", "--chain-id", "17")
        : null;

    public ValueTask DisposeAsync() => Lab?.DisposeAsync() ?? ValueTask.CompletedTask;
}

[CollectionDefinition(Name)]
public sealed class LabBeaconCollection : ICollectionFixture<LabBeacon>
{
    public const string Name = "a beacon node of the lab";
}
