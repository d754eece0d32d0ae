namespace CoreNode.Api;

/// <summary>Several surfaces as one: the first that knows a path answers. Immutable.</summary>
internal sealed class AdminSurfaces(params IReadOnlyList<IAdminSurface> surfaces) : IAdminSurface
{
    /// <inheritdoc/>
    public void Bind(CancellationToken stopping)
    {
        foreach (IAdminSurface one in surfaces)
            one.Bind(stopping);
    }

    /// <inheritdoc/>
    public Task? Answer(RequestContext context, ReadOnlySpan<byte> path, ReadOnlySpan<byte> query)
    {
        foreach (IAdminSurface one in surfaces)
        {
            if (one.Answer(context, path, query) is { } answer)
                return answer;
        }

        return null;
    }
}
