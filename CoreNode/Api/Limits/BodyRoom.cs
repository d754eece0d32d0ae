namespace CoreNode.Api.Limits;

/// <summary>What the body of one request takes of its client's share. One caller at a time.</summary>
internal struct BodyRoom
{
    private long _bytes;

    /// <summary>Takes more; the limit that was met, and nothing taken, if that is too much.</summary>
    public LimitRule? TryGrow(ClientUse client, long bytes)
    {
        LimitRule? refused = client.TryTake(Resource.Body, bytes);
        if (refused is null)
            _bytes += bytes;
        return refused;
    }

    /// <summary>Gives everything back.</summary>
    public void Release(ClientUse client)
    {
        if (_bytes > 0)
            client.Release(Resource.Body, _bytes);
        _bytes = 0;
    }
}
