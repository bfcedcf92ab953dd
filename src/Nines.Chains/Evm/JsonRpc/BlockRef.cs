namespace Nines.Chains.Evm.JsonRpc;

/// <summary>Which block a question is about.</summary>
public abstract record BlockRef
{
    private BlockRef()
    {
    }

    /// <summary>The head that the node has now.</summary>
    public static BlockRef Latest { get; } = new Tagged("latest");

    /// <summary>The newest block that is unlikely to be reorganised away: justified, on Ethereum.</summary>
    public static BlockRef Safe { get; } = new Tagged("safe");

    /// <summary>The newest block that cannot be reorganised away without a slashing.</summary>
    public static BlockRef Finalized { get; } = new Tagged("finalized");

    /// <summary>As the JSON-RPC parameter says it.</summary>
    public abstract string Parameter { get; }

    public static BlockRef At(BlockNumber number) => new Numbered(number);

    public sealed override string ToString() => Parameter;

    private sealed record Tagged(string Tag) : BlockRef
    {
        public override string Parameter => Tag;
    }

    private sealed record Numbered(BlockNumber Number) : BlockRef
    {
        public override string Parameter => Quantity.Write(Number.Value);
    }
}
