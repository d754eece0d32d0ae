using System.Text.Json;
using CoreNode.Api.Wire;

namespace CoreNode.Api.Fleet.Machines;

/// <summary>What a machine is asked about a unit.</summary>
/// <param name="Unit">Full name.</param>
/// <param name="Lines">At most this many of its last lines; 0: all.</param>
/// <param name="IsFollowing">Go on with what it writes from now on.</param>
internal sealed record MachineQuestion(string Unit, int Lines, bool IsFollowing)
{
    /// <summary>The question as it is sent.</summary>
    public byte[] Encode()
    {
        JsonBuffer json = new(256);
        json.Raw("{\"unit\":"u8);
        json.Quoted(Unit);
        json.Raw(",\"lines\":"u8);
        json.Number((long)Lines);
        json.Raw(IsFollowing ? ",\"follow\":true}"u8 : ",\"follow\":false}"u8);
        return json.Written.ToArray();
    }

    /// <summary>Reads one; null if it is none. What it does not know it passes over.</summary>
    public static MachineQuestion? Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            Utf8JsonReader json = new(bytes);
            string unit = "";
            int lines = 0;
            bool isFollowing = false;
            while (JsonFields.Next(ref json, out string name))
            {
                switch (name)
                {
                    case "unit": unit = json.GetString() ?? ""; break;
                    case "lines": lines = json.GetInt32(); break;
                    case "follow": isFollowing = json.GetBoolean(); break;
                    default: json.Skip(); break;
                }
            }

            return unit.Length == 0 || lines < 0 ? null : new MachineQuestion(unit, lines, isFollowing);
        }
        catch (Exception fault) when (JsonFields.IsBad(fault))
        {
            return null;
        }
    }
}
