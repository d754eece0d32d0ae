using System.Text;

namespace CoreNode.Api.Fleet;

/// <summary>A request of the units' surfaces as text: nothing of it lies in scratch memory. Immutable.</summary>
internal sealed class FleetRequest
{
    private readonly List<KeyValuePair<string, string>> _parameters = [];

    /// <summary>Copies the target, which lies in scratch memory.</summary>
    public FleetRequest(RequestContext context, ReadOnlySpan<byte> path, ReadOnlySpan<byte> query)
    {
        Context = context;
        Method = context.Method;
        Path = Encoding.UTF8.GetString(path);
        FormReader form = new(query, new byte[query.Length]);
        while (form.MoveNext())
            _parameters.Add(new(Encoding.UTF8.GetString(form.Name), Encoding.UTF8.GetString(form.Value)));
    }

    /// <summary>The request itself, and its answer.</summary>
    public RequestContext Context { get; }

    /// <summary>The method as it was sent.</summary>
    public string Method { get; }

    /// <summary>The decoded path.</summary>
    public string Path { get; }

    /// <summary>The first value of a parameter; null without one.</summary>
    public string? Find(string name)
    {
        foreach ((string key, string value) in _parameters)
        {
            if (key == name)
                return value;
        }

        return null;
    }

    /// <summary>How often a parameter is given.</summary>
    public int Count(string name)
    {
        int count = 0;
        foreach ((string key, _) in _parameters)
            count += key == name ? 1 : 0;
        return count;
    }

    /// <summary>True for NAME=true and NAME=1.</summary>
    public bool IsSet(string name) => Find(name) is "true" or "1";
}
