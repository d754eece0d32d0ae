using System.Collections.Immutable;

namespace CoreNode.Units.Registry;

/// <summary>
/// One dictionary while it is changed: shares everything with the one that it was made of, and tells which names were
/// touched.
/// </summary>
internal sealed class RegistryTable<T>(
    ImmutableSortedDictionary<string, T> value, Action<string>? touched = null, Action? cleared = null)
    where T : class
{
    /// <summary>An empty dictionary in byte order.</summary>
    public static readonly ImmutableSortedDictionary<string, T> None =
        ImmutableSortedDictionary.Create<string, T>(StringComparer.Ordinal);

    private ImmutableSortedDictionary<string, T> _value = value;
    private ImmutableSortedDictionary<string, T>.Builder? _builder;

    /// <summary>The dictionary as it is now.</summary>
    public ImmutableSortedDictionary<string, T> Value
    {
        get
        {
            if (_builder is not null)
                _value = _builder.ToImmutable();
            return _value;
        }
    }

    /// <summary>Nothing is in it.</summary>
    public bool IsEmpty => _builder is null ? _value.IsEmpty : _builder.Count == 0;

    private ImmutableSortedDictionary<string, T>.Builder Builder => _builder ??= _value.ToBuilder();

    /// <summary>What stands under a name; null if nothing.</summary>
    public T? Find(string name) =>
        (_builder is null ? _value.TryGetValue(name, out T? found) : _builder.TryGetValue(name, out found))
            ? found : null;

    /// <summary>Adds or replaces.</summary>
    public void Set(string name, T item)
    {
        Builder[name] = item;
        touched?.Invoke(name);
    }

    /// <summary>Removes, if it is there.</summary>
    public void Remove(string name)
    {
        if (Find(name) is null)
            return;
        Builder.Remove(name);
        touched?.Invoke(name);
    }

    /// <summary>Removes everything.</summary>
    public void Clear()
    {
        _builder = null;
        _value = None;
        cleared?.Invoke();
    }
}
