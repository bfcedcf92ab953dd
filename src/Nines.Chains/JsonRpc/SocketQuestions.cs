using System.Text.Json;

namespace Nines.Chains.JsonRpc;

/// <summary>Questions on a link that wait for their answers. Answers are taken by the link's reader alone, one message at a time.</summary>
internal sealed class SocketQuestions(int most)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, Group> _byId = [];
    private readonly HashSet<Group> _waiting = [];
    private string? _ended;
    private long _lastId;
    private long _strange;

    /// <summary>Messages that answered nothing.</summary>
    public long Strange => Interlocked.Read(ref _strange);

    /// <param name="answer">Takes the answer to the question at an index; each once.</param>
    /// <param name="fail">Takes the reason why there will be none.</param>
    /// <exception cref="IOException">The link has ended.</exception>
    /// <exception cref="InvalidOperationException">Too many wait already.</exception>
    public Group Add(int count, Action<int, RpcAnswer<JsonElement>> answer, Action<string> fail)
    {
        lock (_gate)
        {
            if (_ended is not null)
            {
                throw new IOException(_ended);
            }

            if (_byId.Count + count > most)
            {
                throw new InvalidOperationException($"{_byId.Count} questions wait for their answers on this link already.");
            }

            var group = new Group(_lastId + 1, count, answer, fail);
            _lastId += count;
            for (var index = 0; index < count; index++)
            {
                _byId.Add(group.FirstId + index, group);
            }

            _waiting.Add(group);
            return group;
        }
    }

    public void Remove(Group group)
    {
        lock (_gate)
        {
            Forget(group);
        }
    }

    /// <summary>Takes a message: an answer, or a list of them.</summary>
    /// <param name="message">Null when it is not JSON.</param>
    public void Take(JsonElement? message)
    {
        var isTaken = message switch
        {
            { ValueKind: JsonValueKind.Array } list => TakeBatch(list),
            { ValueKind: JsonValueKind.Object } one => TakeOne(one) is not null || TakeNameless(one),
            _ => false,
        };
        if (!isTaken)
        {
            Interlocked.Increment(ref _strange);
        }
    }

    public void End(string why)
    {
        Group[] left;
        lock (_gate)
        {
            _ended = why;
            left = [.. _waiting];
            _waiting.Clear();
            _byId.Clear();
        }

        foreach (var group in left)
        {
            group.Fail(why);
        }
    }

    private bool TakeBatch(JsonElement list)
    {
        var answered = new HashSet<Group>();
        foreach (var response in list.EnumerateArray())
        {
            if (TakeOne(response) is { } group)
            {
                answered.Add(group);
            }
        }

        // what a server leaves out of the list it will not send later
        foreach (var group in answered)
        {
            for (var index = 0; index < group.Count; index++)
            {
                Give(group, group.FirstId + index, new RpcAnswer<JsonElement>.Malformed("the batch has no answer to this question"));
            }
        }

        return answered.Count > 0;
    }

    /// <returns>Whose answer it was; null when nobody's.</returns>
    private Group? TakeOne(JsonElement response)
    {
        long? id;
        try
        {
            id = response.ValueKind == JsonValueKind.Object && response.TryGetProperty("id", out var sent) ? RpcResponse.IdOf(sent) : null;
        }
        catch (InvalidOperationException)
        {
            // half of a surrogate pair in a name or id: nobody's answer
            return null;
        }

        Group? group;
        lock (_gate)
        {
            group = id is { } known ? _byId.GetValueOrDefault(known) : null;
        }

        return group is not null && Give(group, id!.Value, RpcResponse.Read(response, id.Value)) ? group : null;
    }

    /// <summary>An error without an id (a batch that is refused, a message that could not be read) is about the only question that waits.</summary>
    private bool TakeNameless(JsonElement response)
    {
        Group only;
        lock (_gate)
        {
            if (_waiting.Count != 1)
            {
                return false;
            }

            only = _waiting.Single();
        }

        RpcAnswer<JsonElement>.RpcError? error;
        try
        {
            error = response.TryGetProperty("id", out var id) && RpcResponse.IdOf(id) is not null ? null : RpcResponse.ErrorOf(response);
        }
        catch (InvalidOperationException)
        {
            return false;
        }

        for (var index = 0; error is not null && index < only.Count; index++)
        {
            Give(only, only.FirstId + index, error);
        }

        return error is not null;
    }

    private bool Give(Group group, long id, RpcAnswer<JsonElement> answer)
    {
        lock (_gate)
        {
            if (!_byId.Remove(id))
            {
                return false;
            }
        }

        group.Answer((int)(id - group.FirstId), answer);
        return true;
    }

    private void Forget(Group group)
    {
        if (!_waiting.Remove(group))
        {
            return;
        }

        for (var index = 0; index < group.Count; index++)
        {
            _byId.Remove(group.FirstId + index);
        }
    }

    /// <summary>What was sent in one message.</summary>
    public sealed class Group(long firstId, int count, Action<int, RpcAnswer<JsonElement>> answer, Action<string> fail)
    {
        public long FirstId => firstId;

        public int Count => count;

        public void Answer(int index, RpcAnswer<JsonElement> given) => answer(index, given);

        public void Fail(string why) => fail(why);
    }
}
