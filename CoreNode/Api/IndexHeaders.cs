using System.Globalization;
using CoreNode.Store;
using Microsoft.Extensions.Primitives;

namespace CoreNode.Api;

/// <summary>
/// The three position headers of an answer as text. Reads share one per published state, because thousands of GETs
/// see the same numbers; it holds the numbers and not the state, which would keep old data alive.
/// </summary>
internal sealed class IndexHeaders(ulong storeIndex, ulong appliedIndex, ulong term)
{
    /// <summary>X-Etcd-Index.</summary>
    public StringValues EtcdIndex { get; } = storeIndex.ToString(CultureInfo.InvariantCulture);

    /// <summary>X-Raft-Index.</summary>
    public StringValues RaftIndex { get; } = appliedIndex.ToString(CultureInfo.InvariantCulture);

    /// <summary>X-Raft-Term.</summary>
    public StringValues RaftTerm { get; } = term.ToString(CultureInfo.InvariantCulture);

    /// <summary>Those of a published state: <paramref name="last"/> if its numbers are the same.</summary>
    public static IndexHeaders Of(IKeyspace keyspace, ref IndexHeaders? last) =>
        Of(keyspace.Index.Value, keyspace.AppliedIndex.Value, keyspace.AppliedTerm.Value, ref last);

    /// <summary>Those of these numbers: <paramref name="last"/> if they are the same.</summary>
    public static IndexHeaders Of(ulong index, ulong applied, ulong term, ref IndexHeaders? last)
    {
        IndexHeaders? known = Volatile.Read(ref last);
        if (known is not null && known.IsOf(index, applied, term))
            return known;
        IndexHeaders made = new(index, applied, term);
        Volatile.Write(ref last, made);
        return made;
    }

    private bool IsOf(ulong index, ulong applied, ulong other) =>
        index == storeIndex && applied == appliedIndex && other == term;
}
