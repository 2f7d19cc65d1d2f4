export const hostile = async () => {}
