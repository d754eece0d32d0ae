namespace CoreNode.Cli.Units;

/// <summary>A machine in text: 1315e07d/10.0.0.3.</summary>
internal static class MachineText
{
    public static string Short(string id, string ip)
    {
        string start = id.Length > 8 ? id[..8] : id;
        return ip.Length == 0 ? start : $"{start}/{ip}";
    }

    /// <summary>A machine in JSON of which nothing but its id is told.</summary>
    public static void WriteId(UnitCall call, string id)
    {
        System.Text.StringBuilder text = new("{\"id\":");
        EtcdJson.AppendString(text, id);
        call.Output.WriteLine(text.Append('}').ToString());
    }
}
