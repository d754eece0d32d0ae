using CoreNode.Provision.Model;

namespace CoreNode.Provision;

/// <summary>
/// User data as sources give it, taken apart: unpacked, each part told by its kind, with the machine's addresses in it.
/// Pure: any thread.
/// </summary>
public static class UserDataReader
{
    /// <summary>Most bytes of all parts together once they are unpacked.</summary>
    public const int LimitBytes = 4 << 20;

    /// <summary>Most parts.</summary>
    public const int PartLimit = 64;

    /// <summary>Takes it apart.</summary>
    /// <param name="data">What a source gave.</param>
    /// <param name="fallback">Addresses of the machine, for those that the source does not tell.</param>
    public static UserDataParts Read(UserData data, MachineAddresses fallback)
    {
        PartCollector collector = new(AddressText.Or(data.Addresses, fallback));
        collector.Add(data.Content, data.Source, "", "", 0);
        return new UserDataParts(collector.Parts, collector.Findings);
    }
}
