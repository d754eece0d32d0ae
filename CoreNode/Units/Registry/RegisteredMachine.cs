using CoreNode.Foundation;
using CoreNode.Units.Model;

namespace CoreNode.Units.Registry;

/// <summary>A machine as it stands in the registry. Immutable.</summary>
public sealed class RegisteredMachine
{
    /// <summary>One machine.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="value">As it registered itself; null where only metadata or a cordon was written for it.</param>
    /// <param name="objectIndex">Index of the last change of that.</param>
    /// <param name="overlay">Metadata that was changed at run time; an empty value hides the key.</param>
    /// <param name="cordon">Whether people took it out of use; null: it is in use.</param>
    public RegisteredMachine(
        string id,
        MachineObject? value,
        StoreIndex objectIndex,
        IReadOnlyDictionary<string, string> overlay,
        MachineCordon? cordon)
    {
        Id = id;
        Object = value;
        ObjectIndex = objectIndex;
        Overlay = overlay;
        Cordon = cordon;
        Machine = value is null ? null : Merge(value);
    }

    /// <summary>Its id.</summary>
    public string Id { get; }

    /// <summary>As it registered itself; null where only metadata or a cordon was written for it.</summary>
#pragma warning disable CA1720 // The registry's own word for it.
    public MachineObject? Object { get; }
#pragma warning restore CA1720

    /// <summary>Index of the last change of <see cref="Object"/>.</summary>
    public StoreIndex ObjectIndex { get; }

    /// <summary>Metadata that was changed at run time; an empty value hides the key.</summary>
    public IReadOnlyDictionary<string, string> Overlay { get; }

    /// <summary>Whether people took it out of use; null: it is in use.</summary>
    public MachineCordon? Cordon { get; }

    /// <summary>What places units see of it; null while it has not registered itself.</summary>
    public Machine? Machine { get; }

    private Machine Merge(MachineObject own)
    {
        SortedDictionary<string, string> metadata = new(StringComparer.Ordinal);
        foreach (KeyValuePair<string, string> pair in own.Metadata)
            metadata[pair.Key] = pair.Value;
        foreach (KeyValuePair<string, string> pair in Overlay)
        {
            if (pair.Value.Length == 0)
                metadata.Remove(pair.Key);
            else
                metadata[pair.Key] = pair.Value;
        }

        return new Machine
        {
            Id = Id,
            PublicIp = own.PublicIp,
            Metadata = metadata,
            Version = own.Version,
            PeerUrls = own.PeerUrls,
            MemoryBytes = own.MemoryBytes,
            CpuMillis = own.CpuMillis,
            IsCordoned = Cordon is not null,
            IsDraining = Cordon is { IsDraining: true },
        };
    }
}
