"""What a recurrent layer can and cannot do, tried out on made-up texts: ``seqclf probe``."""
