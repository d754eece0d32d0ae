namespace CoreNode.Disks.Gpt;

/// <summary>
/// CRC-32 as UEFI wants it (ISO 3309, the polynomial of Ethernet and zip): "123456789" gives 0xCBF43926. Not the
/// CRC-32C of our own formats.
/// </summary>
internal static class GptChecksum
{
    private static readonly uint[] s_table = MakeTable();

    public static uint Compute(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte one in data)
            crc = s_table[(crc & 0xFF) ^ one] ^ (crc >> 8);
        return ~crc;
    }

    private static uint[] MakeTable()
    {
        uint[] table = new uint[256];
        for (uint at = 0; at < table.Length; at++)
        {
            uint crc = at;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
            table[at] = crc;
        }

        return table;
    }
}
