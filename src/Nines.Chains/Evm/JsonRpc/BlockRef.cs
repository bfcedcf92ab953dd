using System.Text.Json;

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

    /// <summary>The head with the transactions that the node would put on it next.</summary>
    public static BlockRef Pending { get; } = new Tagged("pending");

    /// <summary>The first block that the node has.</summary>
    public static BlockRef Earliest { get; } = new Tagged("earliest");

    /// <summary>As the JSON-RPC says it: a tag, a number, or the hash.</summary>
    public abstract string Parameter { get; }

    /// <summary>The hash of a block that is meant by it; null for a tag or a number.</summary>
    public virtual Hash32? Hash => null;

    public static BlockRef At(BlockNumber number) => new Numbered(number);

    /// <summary>Exactly this block, so that answers fit together though the head moves (EIP-1898).</summary>
    public static BlockRef At(Hash32 hash) => new Hashed(hash);

    public sealed override string ToString() => Parameter;

    /// <summary>As a parameter of a question about a state.</summary>
    internal virtual void Write(Utf8JsonWriter json) => json.WriteStringValue(Parameter);

    private sealed record Tagged(string Tag) : BlockRef
    {
        public override string Parameter => Tag;
    }

    private sealed record Numbered(BlockNumber Number) : BlockRef
    {
        public override string Parameter => Quantity.Write(Number.Value);
    }

    private sealed record Hashed(Hash32 Wanted) : BlockRef
    {
        public override string Parameter => Wanted.ToString();

        public override Hash32? Hash => Wanted;

        internal override void Write(Utf8JsonWriter json)
        {
            json.WriteStartObject();
            json.WriteString("blockHash", Parameter);
            json.WriteEndObject();
        }
    }
}
