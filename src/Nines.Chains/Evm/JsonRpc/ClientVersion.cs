namespace Nines.Chains.Evm.JsonRpc;

/// <summary>The software of a node as it names itself: "Geth/v1.16.7-stable-b9f3a3d9/linux-amd64/go1.25.3".</summary>
/// <param name="Text">At most 1,000 characters.</param>
public sealed record ClientVersion(string Text)
{
    /// <summary>The part before the first slash, in lower case: "geth", "nethermind", "besu", "erigon", "reth", "anvil".</summary>
    public string Client => Text.Split('/', 2)[0].Trim().ToLowerInvariant();

    public override string ToString() => Text;
}
