using System.Collections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace CoreNode.Api.Transport;

/// <summary>
/// What a connection offers: itself under several names, and what Kestrel and the application add. A handful of pairs
/// that are looked up once a connection need no dictionary, which would cost as much memory as all of them.
/// </summary>
internal sealed class ConnectionFeatures(SocketConnection connection) : IFeatureCollection
{
    private static readonly Type[] s_own =
    [
        typeof(SocketConnection), typeof(IConnectionIdFeature), typeof(IConnectionTransportFeature),
        typeof(IConnectionItemsFeature), typeof(IMemoryPoolFeature), typeof(IConnectionLifetimeFeature),
        typeof(IConnectionEndPointFeature), typeof(IConnectionSocketFeature),
    ];

    private KeyValuePair<Type, object>[] _added = new KeyValuePair<Type, object>[4];
    private int _count;

    /// <inheritdoc/>
    public bool IsReadOnly => false;

    /// <inheritdoc/>
    public int Revision { get; private set; }

    /// <inheritdoc/>
    public object? this[Type key]
    {
        get
        {
            int at = IndexOf(key);
            return at >= 0 ? _added[at].Value : Array.IndexOf(s_own, key) >= 0 ? connection : null;
        }

        set
        {
            Revision++;
            int at = IndexOf(key);
            if (value is null)
                Remove(at);
            else if (at >= 0)
                _added[at] = new KeyValuePair<Type, object>(key, value);
            else
                Add(new KeyValuePair<Type, object>(key, value));
        }
    }

    /// <inheritdoc/>
    public TFeature? Get<TFeature>() => (TFeature?)this[typeof(TFeature)];

    /// <inheritdoc/>
    public void Set<TFeature>(TFeature? instance) => this[typeof(TFeature)] = instance;

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator()
    {
        List<KeyValuePair<Type, object>> all = [.. _added.AsSpan(0, _count)];
        foreach (Type own in s_own)
        {
            if (IndexOf(own) < 0)
                all.Add(new KeyValuePair<Type, object>(own, connection));
        }

        return all.GetEnumerator();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int IndexOf(Type key)
    {
        for (int i = 0; i < _count; i++)
        {
            if (_added[i].Key == key)
                return i;
        }

        return -1;
    }

    private void Add(KeyValuePair<Type, object> pair)
    {
        if (_count == _added.Length)
            Array.Resize(ref _added, _count * 2);
        _added[_count++] = pair;
    }

    private void Remove(int at)
    {
        if (at < 0)
            return;
        _count--;
        Array.Copy(_added, at + 1, _added, at, _count - at);
        _added[_count] = default;
    }
}
