using System.Text.Json;

namespace Nines.Chains.JsonRpc;

/// <summary>
/// A question to a JSON-RPC server: the method, its parameters, and how to read the result. See <see cref="Evm.JsonRpc.EvmCalls"/> for those of the
/// EVM.
/// </summary>
public sealed class RpcCall<T>
{
    /// <param name="method">As on the wire: "eth_chainId".</param>
    /// <param name="writeParameters">Writes the items of the parameter array.</param>
    /// <param name="read">Reads the "result" member; throws <see cref="FormatException"/> with a reason when it is not right.</param>
    public RpcCall(string method, Action<Utf8JsonWriter> writeParameters, Func<JsonElement, T> read)
    {
        (Method, WriteParameters, Read) = (method, writeParameters, read);
    }

    public string Method { get; }

    internal Action<Utf8JsonWriter> WriteParameters { get; }

    internal Func<JsonElement, T> Read { get; }

    internal void WriteRequest(Utf8JsonWriter json, long id)
    {
        json.WriteStartObject();
        json.WriteString("jsonrpc", "2.0");
        json.WriteNumber("id", id);
        json.WriteString("method", Method);
        json.WriteStartArray("params");
        WriteParameters(json);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
