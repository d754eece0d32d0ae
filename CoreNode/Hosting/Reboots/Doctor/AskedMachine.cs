namespace CoreNode.Hosting.Reboots.Doctor;

/// <summary>A machine of the cluster that is asked how it stands.</summary>
/// <param name="Name">Its name as a member; empty for others.</param>
/// <param name="MemberId">Its id as a member; empty for others.</param>
/// <param name="Machine">Its machine id, as far as the registry knows it; else empty.</param>
/// <param name="PeerUrls">Where its node is asked.</param>
internal sealed record AskedMachine(string Name, string MemberId, string Machine, IReadOnlyList<string> PeerUrls)
{
    /// <summary>As people know it.</summary>
    public string Label => Name.Length > 0 ? Name
        : Machine.Length > 0 ? Machine
        : MemberId.Length > 0 ? MemberId : PeerUrls.Count > 0 ? PeerUrls[0] : "?";
}
